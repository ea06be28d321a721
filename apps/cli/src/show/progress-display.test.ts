import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { createProgressDisplay } from './progress-display.ts';

function shownOn(columns: number): string[] {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 });
  const display = createProgressDisplay(terminal as unknown as NodeJS.WriteStream, 1);
  const loaded = { loaded: 425_300, total: 999_900, offline: false, done: 0, planned: 12, renditions: [] };
  display.begin('photos/a-photograph-with-a-rather-long-name.jpg').update({ phase: 'uploading', ...loaded });
  display.end();
  return stripVTControlCharacters(String(terminal.read())).split(/[\r\n]+/);
}

test.each([80, 100, 200])('a line with its bar fits a terminal of %i columns', (columns) => {
  const line = shownOn(columns).findLast((text) => text.includes('uploading')) ?? '';
  expect(line).toMatch(/^a-photograph-with-a-rather-long- [█░]+ uploading 425\.3 kB of 999\.9 kB$/);
  expect(line.length).toBeLessThanOrEqual(columns);
});

test.each([true, false])('an import says at once that it waits for its download; on a terminal: %s', (isTTY) => {
  const output = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 24 });
  const display = createProgressDisplay(output as unknown as NodeJS.WriteStream, 1);
  display.begin('https://shop.example.com/shoe.jpg');
  display.end();
  expect(stripVTControlCharacters(String(output.read()))).toMatch(/^shoe\.jpg.* waiting for its download$/m);
});
