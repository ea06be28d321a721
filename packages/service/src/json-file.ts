import { readFile } from 'node:fs/promises';
import { StartUpError } from './start-up.ts';

/**
 * A JSON file's content; undefined where no path is given.
 *
 * @throws StartUpError that names the file when it can't be read or is not JSON
 */
export async function readJsonFile(path: string | undefined): Promise<unknown> {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw new StartUpError(`${path} can't be read as JSON:`, [(error as Error).message]);
  }
}
