import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Bundles the program of an engine process, and waits until this process has no child process. */
const program = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { setTimeout as pause } from 'node:timers/promises';
  const { bundleProgram } = await import(${JSON.stringify(new URL('bundle-program.ts', import.meta.url).href)});
  const threads = () => readdirSync('/proc/self/task');
  const children = () => threads().map((id) => readFileSync('/proc/self/task/' + id + '/children', 'utf8')).join('');
  const code = await bundleProgram(${JSON.stringify(new URL('../process/main.ts', import.meta.url).pathname)});
  while (children() !== '') await pause(20);
  console.log(code.byteLength);`;

test.runIf(process.platform === 'linux')('the bundler leaves no process behind', async ({ signal }) => {
  // Without the compile cache, in which the bundle may be.
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, signal });
  expect(Number(stdout)).toBeGreaterThan(100_000);
});
