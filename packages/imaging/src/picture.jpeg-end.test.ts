import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { blockJpeg } from './test-support/block-jpeg.ts';
import { losslessJpeg } from './test-support/lossless-jpeg.ts';
import { cornerColours, createRandom, fromPixels, gradientPicture } from './test-support/pictures.ts';
import { outcomeOf } from './test-support/rejection.ts';
import { renderOne } from './test-support/render.ts';

const END = Buffer.of(0xff, 0xd9);
const withoutEnd = (jpeg: Buffer) => jpeg.subarray(0, -END.length);
const gradient = () => gradientPicture(83, 61);
const flat = () => sharp({ create: { width: 200, height: 120, channels: 3, background: '#fff' } });
const random = createRandom(3);
const noise = () => fromPixels(50, 40, 3, () => [random() * 256, random() * 256, random() * 256]);

const blockLevels = Array.from({ length: 12 * 9 }, () => Math.floor(random() * 256));

const sources: [string, () => Promise<Buffer>][] = [
  ['baseline, 4:2:0', () => gradient().jpeg().toBuffer()],
  ['baseline, 4:4:4', () => gradient().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['baseline with custom tables', () => gradient().jpeg({ optimiseCoding: true }).toBuffer()],
  ['baseline, grey', () => gradient().greyscale().jpeg().toBuffer()],
  ['baseline, noise', () => noise().jpeg({ quality: 98 }).toBuffer()],
  ['baseline, flat', () => flat().jpeg({ optimiseCoding: false }).toBuffer()],
  ['baseline, CMYK', () => gradient().toColourspace('cmyk').jpeg().toBuffer()],
  ['baseline with restart markers', async () => blockJpeg(12, blockLevels, 7)],
  ['progressive', () => gradient().jpeg({ progressive: true }).toBuffer()],
  ['progressive, grey', () => gradient().greyscale().jpeg({ progressive: true }).toBuffer()],
  ['progressive, by mozjpeg', () => gradient().jpeg({ mozjpeg: true }).toBuffer()],
];

describe('a JPEG without its end marker is rendered as if it were complete', () => {
  test.each(sources)('%s', async (_kind, source) => {
    const bytes = await source();
    const expected = Buffer.from((await renderOne(bytes)).data);
    const paddings = [Buffer.of(), Buffer.of(0xff), Buffer.alloc(1), Buffer.alloc(700), Buffer.alloc(700, 0xff)];
    for (const padding of paddings) {
      const { data } = await renderOne(Buffer.concat([withoutEnd(bytes), padding]));
      expect(expected.equals(Buffer.from(data)), `${padding.length} bytes of padding`).toBe(true);
    }
  });
});

describe('a JPEG that lacks more is rejected as damaged', () => {
  test.each(sources)('%s', async (_kind, source) => {
    const bytes = withoutEnd(await source());
    for (const missing of [1, 2, 7, 40]) {
      const cut = bytes.subarray(0, -missing);
      for (const padding of [Buffer.of(), Buffer.alloc(700), Buffer.alloc(700, 0xff)]) {
        const file = Buffer.concat([cut, padding]);
        expect(await outcomeOf(file), `${missing} bytes, ${padding.length} of padding`).toBe('corrupt');
      }
    }
  });
});

describe('rejected as damaged, because their completeness cannot be verified:', () => {
  test('a lossless JPEG without its end marker', async () => {
    const bytes = losslessJpeg(20, 20, () => cornerColours[0]);
    expect(await outcomeOf(bytes)).toBe('rendered');
    expect(await outcomeOf(withoutEnd(bytes))).toBe('corrupt');
  });

  test.each([1, 2, 3])('a progressive JPEG that ends after scan %i', async (scans) => {
    const bytes = await gradient().jpeg({ progressive: true }).toBuffer();
    let at = 0;
    for (let scan = 0; scan <= scans; scan++) at = bytes.indexOf(Buffer.of(0xff, 0xda), at + 1);
    const cut = bytes.subarray(0, at);
    for (const end of [at, bytes.lastIndexOf(Buffer.of(0xff, 0xc4), at)]) {
      expect(await outcomeOf(cut.subarray(0, end))).toBe('corrupt');
    }
  });
});

test('endless codes and a huge number of tables are rejected fast', async () => {
  const jpeg = withoutEnd(blockJpeg(12, blockLevels, 7));
  const tables = Buffer.concat([Buffer.of(0xff, 0xc4, 0xff, 0xfe), Buffer.alloc(0xff_fc)]);
  const many = Buffer.concat([jpeg.subarray(0, 2), ...Array.from({ length: 100 }, () => tables), jpeg.subarray(2)]);
  const huge = Buffer.from(jpeg);
  const frame = huge.indexOf(Buffer.of(0xff, 0xc0));
  huge.writeUInt32BE(0xffff_ffff, frame + 5);
  expect(['corrupt', 'too-many-pixels']).toContain(await outcomeOf(many));
  expect(await outcomeOf(Buffer.concat([huge, Buffer.alloc(4 * 2 ** 20, 0x11)]))).toBe('too-many-pixels');
});
