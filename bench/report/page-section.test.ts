import { expect, test } from 'vitest';
import { withSection } from './page-section.ts';

const marks = (command: string, text: string) =>
  `<!-- Written by \`pnpm ${command}\`: begin -->\n${text}<!-- Written by \`pnpm ${command}\`: end -->`;
const page = `# Page\n\n${marks('bench a', '')}\n\n${marks('bench b', '\nold\n\n')}\n\nEnd.\n`;

test('replaces only the part of the command, however often it runs', () => {
  const once = withSection(page, 'bench b', 'new');
  expect(once).toBe(`# Page\n\n${marks('bench a', '')}\n\n${marks('bench b', '\nnew\n\n')}\n\nEnd.\n`);
  expect(withSection(once, 'bench b', 'new')).toBe(once);
  expect(withSection(once, 'bench a', 'first')).toContain(marks('bench a', '\nfirst\n\n'));
});

test('a page without a place for the command is an error', () => {
  expect(() => withSection(page, 'bench c', 'text')).toThrow('bench c');
});
