import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { animation, fromPixels, gradientPicture } from './test-support/pictures.ts';
import { outcomeOf } from './test-support/rejection.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';

const sources = {
  jpeg: () => gradientPicture(200, 150).jpeg().toBuffer(),
  'progressive jpeg': () => gradientPicture(200, 150).jpeg({ progressive: true }).toBuffer(),
  png: () => gradientPicture(200, 150).png().toBuffer(),
  webp: () => gradientPicture(200, 150).webp().toBuffer(),
  gif: () => gradientPicture(200, 150).gif().toBuffer(),
  avif: () => gradientPicture(200, 150).avif({ effort: 0 }).toBuffer(),
  tiff: () => gradientPicture(200, 150).tiff({ compression: 'lzw' }).toBuffer(),
} as const;

describe('an incomplete file is rejected as damaged', () => {
  test.each(Object.entries(sources))('%s', async (_format, source) => {
    const bytes = await source();
    for (const part of [0.05, 0.3, 0.6, 0.9, 0.98]) {
      expect(await outcomeOf(bytes.subarray(0, Math.floor(bytes.length * part))), `${part}`).toBe('corrupt');
    }
    expect(await outcomeOf(bytes)).toBe('rendered');
  });

  const frames = [20, 90, 160].map((level) => ({ colour: [level, 255 - level, 0] as const, delayMs: 40 }));

  test('an animated WebP with missing frames', async () => {
    const bytes = await animation(80, 60, frames, 'webp');
    expect(await outcomeOf(bytes.subarray(0, Math.floor(bytes.length * 0.6)))).toBe('corrupt');
  });

  test('except an animated GIF: it does not store its length, and keeps its complete frames', async () => {
    const bytes = await animation(80, 60, frames, 'gif');
    const { data } = await renderOne(bytes.subarray(0, Math.floor(bytes.length * 0.6)), {
      format: 'webp',
      animated: true,
    });
    expect((await metadataOf(data)).pages ?? 1).toBeLessThan(frames.length);
    expect(colourDifference((await pixelReader(data)).rgb(30, 20), [20, 235, 0])).toBeLessThan(6);
  });
});

/** Each level of `failOn` with each kind of damage: the default is the strictest level that rejects no real picture. */
describe('each level of failOn rejects its kinds of damage', () => {
  const damages: [string, () => Promise<Buffer>, Record<'truncated' | 'error' | 'warning', string>][] = [
    [
      'stray bytes between JPEG segments',
      async () => inserted(await sources.jpeg(), (bytes) => bytes.indexOf(Buffer.of(0xff, 0xda)), Buffer.alloc(4)),
      { truncated: 'rendered', error: 'rendered', warning: 'corrupt' },
    ],
    [
      'bytes after the end of a JPEG',
      async () => Buffer.concat([await sources.jpeg(), Buffer.alloc(500)]),
      { truncated: 'rendered', error: 'rendered', warning: 'rendered' },
    ],
    [
      'a PNG text chunk with a wrong checksum',
      async () => inserted(await sources.png(), () => 33, pngChunk('tEXt', 'Author\0x', 1)),
      { truncated: 'rendered', error: 'rendered', warning: 'rendered' },
    ],
    [
      'PNG pixels with a wrong checksum',
      async () => withWrongLastChecksum(await sources.png()),
      { truncated: 'rendered', error: 'corrupt', warning: 'corrupt' },
    ],
    [
      'undecodable TIFF pixels',
      async () =>
        flipped(
          await fromPixels(90, 60, 3, (x, y) => [x * y, x ^ y, 7 * x])
            .tiff({ compression: 'lzw' })
            .toBuffer(),
        ),
      { truncated: 'rendered', error: 'corrupt', warning: 'corrupt' },
    ],
  ];

  test.each(damages)('%s', async (_case, source, outcomes) => {
    const bytes = await source();
    for (const failOn of ['truncated', 'error', 'warning'] as const) {
      expect(await outcomeOf(bytes, { limits: { failOn } }), failOn).toBe(outcomes[failOn]);
    }
    expect(await outcomeOf(bytes), 'by default').toBe(outcomes.error);
  });
});

function inserted(bytes: Buffer, where: (bytes: Buffer) => number, addition: Buffer): Buffer {
  const at = where(bytes);
  return Buffer.concat([bytes.subarray(0, at), addition, bytes.subarray(at)]);
}

function pngChunk(name: string, content: string, wrongBy: number): Buffer {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const body = Buffer.from(name + content, 'latin1');
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE((crc32(body) ^ wrongBy) >>> 0);
  return Buffer.concat([length, body, checksum]);
}

/** The checksum of the pixels is directly before the end chunk of 12 bytes. */
function withWrongLastChecksum(png: Buffer): Buffer {
  png.writeUInt8(png.readUInt8(png.length - 13) ^ 1, png.length - 13);
  return png;
}

function flipped(bytes: Buffer): Buffer {
  for (let at = 1000; at < 1020; at++) bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  return bytes;
}
