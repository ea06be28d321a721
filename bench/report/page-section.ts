import { readFile, writeFile } from 'node:fs/promises';

/** A page with another text between the two marks of a command. @throws Error if the page has no such marks */
export function withSection(page: string, command: string, text: string): string {
  const [begin, end] = [
    `<!-- Written by \`pnpm ${command}\`: begin -->`,
    `<!-- Written by \`pnpm ${command}\`: end -->`,
  ];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no place for \`pnpm ${command}\`.`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

/** Writes the text between the marks of a command. */
export async function writeSection(page: URL, command: string, text: string): Promise<void> {
  await writeFile(page, withSection(await readFile(page, 'utf8'), command, text));
}
