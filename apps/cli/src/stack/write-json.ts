import { rename, writeFile } from 'node:fs/promises';

/** Writes a file atomically, readable by its owner only. */
export async function writeJson(path: string, content: object): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}
