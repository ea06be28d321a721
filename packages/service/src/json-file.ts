import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StartUpError } from './start-up.ts';

/**
 * Reads and parses a JSON file written by an operator.
 *
 * @param path if undefined, nothing is read and `parse` receives undefined
 * @param parse throws a ZodError for invalid content
 * @throws StartUpError with the path and every invalid entry
 */
export async function parseJsonFile<T>(path: string | undefined, parse: (content: unknown) => Promise<T>): Promise<T> {
  if (path === undefined) return parse(undefined);
  try {
    return await parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const problems =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        : [(error as Error).message];
    throw new StartUpError(`${path} is not valid:`, problems);
  }
}
