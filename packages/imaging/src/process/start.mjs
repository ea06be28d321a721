// Runs a program that comes on standard input as one module: `packages/imaging/src/pool/bundle-program.ts` makes it. It takes the place
// of the file that it was made from, so that its imports are resolved from there.
import { closeSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const STANDARD_INPUT = 0;

const [, , , program, launcherDescriptor] = process.argv;
if (launcherDescriptor) closeSync(Number(launcherDescriptor));
const source = readFileSync(STANDARD_INPUT);
registerHooks({
  load: (url, context, next) =>
    url === program ? { format: 'module', source, shortCircuit: true } : next(url, context),
});
await import(program);
