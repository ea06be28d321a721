import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from '../engine.ts';
import { defaultLimits } from '../limits.ts';
import { firstFrame } from '../source/first-frame.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { leastCpuMs } from '../test-support/least-cpu.ts';
import { inspectionOf } from '../test-support/rejection.ts';
import { variantSet } from '../test-support/render.ts';
import { type Budgets, defaultBudgets } from './budgets.ts';
import { countParts } from './count-parts.ts';

/** A budget, and files of any size that use it up. */
type Case = readonly [kind: string, budget: keyof Budgets, make: (size: number) => Buffer | Promise<Buffer>];

const manyScans = (scans: number) => hostile.manyScansJpeg({ width: 64, height: 64, components: 1, scans });

const cases: Case[] = [
  ['frames of a WebP', 'frames', hostile.manyFramesWebp],
  ['frames of a GIF', 'frames', hostile.manyFramesGif],
  ['scans of a JPEG', 'scans', manyScans],
  ['scans × pixels of a JPEG', 'scanPixels', manyScans],
  ['directories of a TIFF', 'directories', hostile.manyDirectoriesTiff],
  ['sub-directories of a TIFF', 'directories', hostile.manySubDirectoriesTiff],
  ['tiles of a TIFF', 'tiles', hostile.tiledTiff],
  ['strips of a TIFF', 'strips', (strips) => hostile.sharedStripsTiff(strips, 1)],
  ['tiles of an AVIF', 'gridTiles', (columns) => hostile.gridAvif({ columns, rows: 1, tile: 64 })],
  ['items of an AVIF', 'items', (items) => hostile.overlappingItemsAvif(items, 10)],
  ['boxes of an AVIF', 'boxes', (boxes) => hostile.manyBoxesAvif(boxes, 'file')],
  ['frames in a picture of an AVIF', 'codedFrames', hostile.manyFramesAvif],
  ['frames in the parts of a picture of an AVIF', 'codedFrames', (frames) => hostile.manyFramesAvif(frames, 16, 3)],
  ['tables of an AVIF', 'tableBytes', (kib) => hostile.largeTablesAvif(1024 * kib)],
  ['segments of a JPEG', 'parts', hostile.manySegmentsJpeg],
  ['chunks of a PNG', 'parts', hostile.manyChunksPng],
  ['chunks of a WebP', 'parts', hostile.manyChunksWebp],
  ['extensions of a GIF', 'parts', hostile.manyExtensionsGif],
  ['entries of a TIFF', 'parts', hostile.manyEntriesTiff],
  ['sub-blocks of a GIF', 'subBlocks', hostile.manySubBlocksGif],
  ['EXIF of a JPEG', 'exifBytes', (kib) => hostile.largeMetadataJpeg('Exif\0\0', 1024 * kib)],
  ['XMP of a JPEG', 'metadataBytes', (kib) => hostile.largeMetadataJpeg('http://ns.adobe.com/xap/1.0/\0', 1024 * kib)],
  ['profile of a JPEG', 'profileBytes', (kib) => hostile.largeProfileJpeg(1024 * kib)],
  ['text of a PNG', 'metadataBytes', (kib) => hostile.largeTextPng(1024 * kib)],
  ['inflated text of a PNG', 'metadataBytes', (kib) => hostile.inflatingPng('zTXt', 1024 * kib)],
  ['inflated international text of a PNG', 'metadataBytes', (kib) => hostile.inflatingPng('iTXt', 1024 * kib)],
  ['inflated profile of a PNG', 'profileBytes', (kib) => hostile.inflatingPng('iCCP', 1024 * kib)],
  ['EXIF of a PNG', 'exifBytes', hostile.manyEntriesExifPng],
  ['EXIF of a WebP', 'exifBytes', hostile.manyEntriesExifWebp],
  ['XMP of a WebP', 'metadataBytes', (kib) => hostile.largeMetadataWebp('XMP ', 1024 * kib)],
  ['profile of a WebP', 'profileBytes', (kib) => hostile.largeMetadataWebp('ICCP', 1024 * kib)],
  ['XMP of a TIFF', 'metadataBytes', (kib) => hostile.largeMetadataTiff(1024 * kib)],
  ['profile of an AVIF', 'profileBytes', (kib) => hostile.largeProfileAvif(1024 * kib)],
  ['EXIF of an AVIF', 'exifBytes', (kib) => hostile.overlappingItemsAvif(1, 1024 * kib)],
];
const SIZE = 10;

describe('a file over a budget is rejected before libvips sees it:', () => {
  test.each(cases)('%s', async (_kind, budget, make) => {
    const file = await make(SIZE);
    const most = countParts(file, defaultBudgets)[budget];
    const limits = { budgets: { ...defaultBudgets, [budget]: most } };
    expect(most).toBeGreaterThanOrEqual(SIZE);
    expect(await inspectionOf(file, { limits }), 'within').toBe('rendered');
    expect(await inspectionOf(await make(2 * SIZE), { limits }), 'over').toBe('too-complex');
  });

  test('every budget has a case', () => {
    expect(new Set(cases.map(([, budget]) => budget))).toEqual(new Set(Object.keys(defaultBudgets)));
  });

  test('entries of a TIFF that share their values', async () => {
    const budgets = { ...defaultBudgets, metadataBytes: 50_000 };
    expect(await inspectionOf(hostile.overlappingEntriesTiff(5, 10_000), { limits: { budgets } })).toBe('rendered');
    expect(await inspectionOf(hostile.overlappingEntriesTiff(9, 10_000), { limits: { budgets } })).toBe('too-complex');
  });

  test('strips of a TIFF that share their data', async () => {
    const budgets = { ...defaultBudgets, metadataBytes: 50_000 };
    expect(await inspectionOf(hostile.sharedStripsTiff(5, 10_000), { limits: { budgets } })).toBe('rendered');
    expect(await inspectionOf(hostile.sharedStripsTiff(9, 10_000), { limits: { budgets } })).toBe('too-complex');
  });

  test('a TIFF whose directories form a loop', async () => {
    expect(await inspectionOf(hostile.loopingTiff(3))).toBe('too-complex');
  });

  test('boxes within boxes, which libheif counts', async () => {
    for (const depth of [1000, 100_000]) {
      for (const type of ['iprp', 'dinf'] as const) {
        expect(await inspectionOf(await hostile.nestedBoxesAvif(depth, type))).toBe('too-complex');
      }
    }
  });
});

/** Files that libvips reads as if nothing was changed. Each of them once hid its parts from the count. */
const HIDDEN: [parts: string, budget: keyof Budgets, make: (size: number) => Buffer | Promise<Buffer>][] = [
  ['scans of a JPEG behind stray bytes', 'scans', (size) => hostile.hiddenScansJpeg('stray bytes', size)],
  ['scans of a JPEG behind an empty segment', 'scans', (size) => hostile.hiddenScansJpeg('an empty segment', size)],
  ['scans of a JPEG behind a lost restart', 'scans', (size) => hostile.hiddenScansJpeg('a lost restart marker', size)],
  ['frames of a WebP within the first one', 'frames', hostile.hiddenFramesWebp],
  ['frames of an AVIF with zeros between them', 'codedFrames', (size) => hostile.hiddenFramesAvif('zeros', size)],
  ['frames of an AVIF of two types', 'codedFrames', (size) => hostile.hiddenFramesAvif('a second type', size)],
  ['tiles of a TIFF whose sides are repeated', 'tiles', hostile.repeatedTileSidesTiff],
  ['tiles of a TIFF with sides of one byte', 'tiles', (size) => hostile.otherTileTypeTiff(size, 1)],
  ['tiles of a TIFF with signed sides', 'tiles', (size) => hostile.otherTileTypeTiff(size, 9)],
];

describe('parts that libvips would read are counted, however they are written:', () => {
  test.each(HIDDEN)('%s', async (_parts, budget, make) => {
    const limits = { budgets: { ...defaultBudgets, [budget]: 2 * SIZE } };
    const within = await make(SIZE);
    expect(countParts(within, defaultBudgets)[budget]).toBeGreaterThanOrEqual(SIZE);
    const { failOn } = defaultLimits;
    await expect(sharp(within, { animated: true, failOn }).raw().toBuffer(), 'libvips').resolves.toBeDefined();
    expect(await inspectionOf(await make(3 * SIZE), { limits })).toBe('too-complex');
  });

  test('only the first frame of a WebP reaches libvips, whatever length it declares', async () => {
    const still = firstFrame(hostile.hiddenFramesWebp(SIZE));
    expect((await sharp(still, { animated: true }).metadata()).pages ?? 1).toBe(1);
  });
});

/** docs/adr/0024-budgets.md has what they took without the budgets. */
const LARGE: [string, () => Buffer | Promise<Buffer>][] = [
  ['a WebP of 100,000 frames, 5 MB', () => hostile.manyFramesWebp(100_000)],
  ['a WebP of 40,000 frames, 2 MB', () => hostile.manyFramesWebp(40_000)],
  ['a GIF of 3 million frames', () => hostile.manyFramesGif(3_000_000)],
  ['a TIFF of 400,000 directories', () => hostile.manyDirectoriesTiff(400_000)],
  [
    'a progressive JPEG of 6,000 scans',
    () => hostile.manyScansJpeg({ width: 8000, height: 8000, components: 1, scans: 6000 }),
  ],
  ['a PNG with a thousand texts that inflate to 7 GB', () => hostile.inflatingPng('zTXt', 7_000_000, 1000)],
  ['a PNG with 60,000 small compressed texts', () => hostile.inflatingPng('zTXt', 100, 60_000)],
  ['an AVIF with a profile of 10 MB', () => hostile.largeProfileAvif(10_000_000)],
  ['an AVIF of 2,000 frames in one picture', () => hostile.manyFramesAvif(2_000, 512)],
  ['a TIFF of 2,000 strips that share 100 KB', () => hostile.sharedStripsTiff(2_000, 100_000)],
  ['a TIFF of 20,000 lists of the lengths of its strips', () => hostile.manyStripListsTiff(20_000, 25_000)],
  ['a TIFF with a list of ten million lengths of strips', () => hostile.manyStripListsTiff(1, 10_000_000)],
  ['an AVIF of 4,000 tables with the same data', () => hostile.manyExtentTablesAvif(4_000, 1_000_000)],
  ['an AVIF with a million boxes', () => hostile.manyBoxesAvif(1_000_000, 'file')],
  ['an AVIF with a track of two million samples', () => hostile.manySamplesAvif(2_000_000)],
  ['a PNG with a million chunks', () => hostile.manyChunksPng(1_000_000)],
  ['a GIF with four million sub-blocks', () => hostile.manySubBlocksGif(4_000_000)],
];
/** Measured: at most 80 ms. The margin is for the compilation of the code itself. */
const CPU_MS_MAX = 400;

describe('a file that used to take seconds of a worker is rejected at the cost of a pass over it:', () => {
  test.each(LARGE)('%s', async (_file, make) => {
    const bytes = await make();
    const engine = await createImagingEngine();
    const set = variantSet({ format: 'webp' });
    const inspect = () => expect(engine.inspect(bytes, { set })).rejects.toMatchObject({ code: 'too-complex' });
    expect(await leastCpuMs(inspect, CPU_MS_MAX)).toBeLessThanOrEqual(CPU_MS_MAX);
  });
});

test.each([
  ['8 MB of text', () => hostile.largeTextPng(8_000_000)],
  ['text that inflates to 8 MB', () => hostile.inflatingPng('zTXt', 8_000_000)],
  ['international text that inflates to 8 MB', () => hostile.inflatingPng('iTXt', 8_000_000)],
  ['100 texts that inflate to 8 MB', () => hostile.inflatingPng('zTXt', 80_000, 100)],
  ['1,000 small compressed texts', () => hostile.inflatingPng('zTXt', 100, 1_000)],
])('a PNG with %s, which is within the budgets, takes at most 100 ms of CPU to inspect', async (_texts, make) => {
  const bytes = make();
  const engine = await createImagingEngine();
  const inspect = () => expect(engine.inspect(bytes)).resolves.toMatchObject({ format: 'png' });
  // The margin is for a busy machine, where the same work takes several times the CPU.
  expect(await leastCpuMs(inspect, 4 * 100)).toBeLessThanOrEqual(4 * 100);
});
