import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = 'butteraugli_main';
/** A picture of 12 megapixels takes about 15 s. */
const TIMEOUT_MS = 60_000;

/** Butteraugli's 3-norm of two picture files: 0 for equal ones, about 1 for a difference that is just visible. */
export type Butteraugli = (referencePath: string, distortedPath: string) => Promise<number>;

/** Undefined if `butteraugli_main` is not installed: Debian has it in libjxl-devtools. */
export async function findButteraugli(): Promise<Butteraugli | undefined> {
  const program = await findOnPath(PROGRAM);
  if (!program) return undefined;
  return async (referencePath, distortedPath) => {
    const { stdout } = await promisify(execFile)(program, [referencePath, distortedPath], {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const norm = /3-norm: ([\d.]+)/.exec(stdout)?.[1];
    if (!norm) throw new Error(`${PROGRAM} printed no 3-norm: ${stdout}`);
    return Number(norm);
  };
}

async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}
