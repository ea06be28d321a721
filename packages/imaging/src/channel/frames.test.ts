import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameReader, writeFrame } from './frames.ts';

const limits = { headerBytesMax: 100, bodyBytesMax: 1_000 };

function bytesOf(frames: readonly (readonly [object, Uint8Array])[]): Buffer {
  const stream = new PassThrough();
  for (const [header, body] of frames) writeFrame(stream, header, body);
  stream.uncork();
  return stream.read() ?? Buffer.alloc(0);
}

function read(chunks: readonly Uint8Array[]) {
  const frames: [unknown, number[]][] = [];
  const take = createFrameReader(limits, (header, body) => void frames.push([header, [...body]]));
  for (const chunk of chunks) take(chunk);
  return frames;
}

test('frames are the same however their bytes are split into chunks', () => {
  const frame = fc.tuple(fc.record({ do: fc.string({ maxLength: 8 }) }), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(300), { maxLength: 20 }), (frames, cuts) => {
      const bytes = bytesOf(frames);
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(read(chunks)).toEqual(frames.map(([header, body]) => [header, [...body]]));
    }),
  );
});

test('the body of a frame is not changed by the next chunk', () => {
  const chunk = Buffer.from(bytesOf([[{}, Buffer.from('body')]]));
  const frames: Buffer[] = [];
  createFrameReader(limits, (_header, body) => void frames.push(body))(chunk);
  chunk.fill(0);
  expect(String(frames[0])).toBe('body');
});

test.each([
  ['without a header', [0, 0]],
  ['with a header over the limit', [101, 0]],
  ['with a body over the limit', [2, 1_001]],
])('a frame %s is refused before anything is allocated', (_what, [header = 0, body = 0]) => {
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(header);
  prefix.writeUInt32LE(body, 4);
  expect(() => read([prefix])).toThrow('over the limit');
});

test('a header that is not JSON is refused', () => {
  const bytes = bytesOf([[{ a: 1 }, Buffer.alloc(0)]]);
  bytes[8] = 0;
  expect(() => read([bytes])).toThrow('not JSON');
});
