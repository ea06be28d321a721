import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StartUpError } from './start-up.ts';

/**
 * Reads a JSON file that an operator wrote, and makes of it what the program needs.
 *
 * @param path nothing is read, and `parse` is given undefined, where there is none
 * @param parse throws a ZodError for content that does not fit
 * @throws StartUpError that names the file, and every entry of it that is bad
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
    throw new StartUpError(`${path} is not usable:`, problems);
  }
}
