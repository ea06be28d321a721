import { expect, test } from 'vitest';
import { createImagingEngine } from '../engine.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { gradientPicture } from '../test-support/pictures.ts';
import { cicp, patchesPng } from '../test-support/png.ts';
import type { Coding } from './coding.ts';

const small = () => gradientPicture(64, 48);
const plain = { channels: 3, bytesPerChannel: 1, isSubsampled: false, isProgressive: false, tiles: 0 };

test.each<[string, () => Buffer | Promise<Buffer>, Partial<Coding>]>([
  ['a baseline JPEG', () => small().jpeg().toBuffer(), { ...plain, isSubsampled: true, scans: 1 }],
  ['a progressive JPEG', () => small().jpeg({ progressive: true }).toBuffer(), { isProgressive: true, scans: 10 }],
  [
    'a progressive JPEG with arithmetic coding',
    () => hostile.arithmeticJpeg(64),
    { isProgressive: true, scans: 20 * 15 },
  ],
  ['a CMYK JPEG', () => small().toColourspace('cmyk').jpeg().toBuffer(), { channels: 4 }],
  ['a JPEG of 4:4:4', () => small().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(), { isSubsampled: false }],
  ['a PNG', () => small().png().toBuffer(), { ...plain, scans: 0, isConverted: false }],
  [
    'an interlaced PNG of 16 bits',
    () => hostile.interlacedPng(20, 10),
    { channels: 4, bytesPerChannel: 2, isProgressive: true },
  ],
  ['a PNG of BT.2020', () => patchesPng([[200, 30, 30]], 8, [cicp(9, 16)]), { isConverted: true, isWideGamut: true }],
  ['a JPEG of Display P3', () => small().withIccProfile('p3').jpeg().toBuffer(), { isWideGamut: true }],
  ['a JPEG of sRGB', () => small().withIccProfile('srgb').jpeg().toBuffer(), { isWideGamut: false }],
  ['a tiled TIFF', () => hostile.tiledTiff(3), { channels: 1, tiles: 6, strips: 6 }],
  ['an AVIF grid', () => hostile.gridAvif({ columns: 3, rows: 2, tile: 64 }), { channels: 3, tiles: 6 }],
])('the coding of %s is read from its header', async (_file, make, expected) => {
  const { coding } = await (await createImagingEngine()).inspectSource(await make());
  expect(coding).toMatchObject(expected);
});
