import { expect, test } from 'vitest';
import { readWhole } from './originals.ts';

const facts = (sizeBytes: number) => ({
  etag: '"a"',
  sizeBytes,
  contentType: undefined,
  cacheControl: undefined,
  metadata: {},
});

async function* partsOf(parts: readonly Uint8Array[]) {
  yield* parts;
}

const own = (text: string) => Uint8Array.from(Buffer.from(text));

test('the memory of parts that belong to the reader is freed as soon as they are copied', async () => {
  const parts = [own('one '), own('two')];
  const body = Object.assign(partsOf(parts), { hasOwnChunks: true });
  expect(String(await readWhole({ facts: facts(7), body }))).toBe('one two');
  expect(parts.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0]);
});

test('other memory is kept: of parts that belong to their source, and of a part of a larger buffer', async () => {
  const kept = [own('one '), own('two')];
  expect(String(await readWhole({ facts: facts(7), body: partsOf(kept) }))).toBe('one two');
  const larger = own('one two');
  const body = Object.assign(partsOf([larger.subarray(0, 3)]), { hasOwnChunks: true });
  expect(String(await readWhole({ facts: facts(3), body }))).toBe('one');
  expect([...kept, larger].map((part) => String(Buffer.from(part)))).toEqual(['one ', 'two', 'one two']);
});
