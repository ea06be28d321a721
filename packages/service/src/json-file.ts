import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StartUpError } from './start-up.ts';

/** Reads a file in the folder of the JSON file. @throws Error if it has more bytes, or cannot be read */
export type ReadBeside = (name: string, bytesMax: number) => Promise<Uint8Array>;

/**
 * Reads and parses a JSON file written by an operator.
 *
 * @param path if undefined, nothing is read and `parse` receives undefined
 * @param parse throws a ZodError for invalid content; it can read the files that the content names
 * @throws StartUpError with the path and every invalid entry
 */
export async function parseJsonFile<T>(
  path: string | undefined,
  parse: (content: unknown, readBeside: ReadBeside) => Promise<T>,
): Promise<T> {
  const readBeside: ReadBeside = (name, bytesMax) => readBounded(join(dirname(path ?? ''), name), bytesMax);
  if (path === undefined) return parse(undefined, readBeside);
  try {
    return await parse(JSON.parse(await readFile(path, 'utf8')), readBeside);
  } catch (error) {
    const problems =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        : [(error as Error).message];
    throw new StartUpError(`${path} is not valid:`, problems);
  }
}

async function readBounded(path: string, bytesMax: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > bytesMax) throw new Error(`it has ${size} bytes, and at most ${bytesMax} are read`);
  return readFile(path);
}
