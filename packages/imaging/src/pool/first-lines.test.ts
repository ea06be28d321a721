import { once } from 'node:events';
import { memoryUsage } from 'node:process';
import { PassThrough, Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { firstLines } from './first-lines.ts';

async function linesOf(chunks: Iterable<Buffer>): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks, { objectMode: false });
  firstLines(stream, (line) => lines.push(line));
  await once(stream, 'end');
  return lines;
}

test('gives each line that is not empty, in whatever chunks it comes, and one that is not ended', async () => {
  const chunks = ['fir', 'st\nsec', 'ond\n\nth', 'ird'].map((text) => Buffer.from(text));
  expect(await linesOf(chunks)).toEqual(['first', 'second', 'third']);
});

test('gives the beginnings of the first lines only', async () => {
  const lines = await linesOf([Buffer.from(`${'x'.repeat(600)}\n`.repeat(60))]);
  expect(lines).toEqual(Array.from({ length: 50 }, () => 'x'.repeat(500)));
});

test('holds no more of a line without an end than its beginning', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const stream = new PassThrough();
  firstLines(stream, () => {});
  collectGarbage();
  const before = memoryUsage().heapUsed;
  for (let mib = 0; mib < 32; mib += 1) {
    if (!stream.write(Buffer.alloc(2 ** 20, 'x'))) await once(stream, 'drain');
  }
  collectGarbage();
  expect(memoryUsage().heapUsed - before).toBeLessThan(8 * 2 ** 20);
});
