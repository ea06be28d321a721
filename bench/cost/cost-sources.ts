import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostile } from '@imagemill/imaging/test-support';
import sharp, { type Sharp } from 'sharp';
import { makeSource } from '../engine/sources.ts';

export interface CostSource {
  readonly name: string;
  readonly path: string;
  readonly isHostile: boolean;
}

const FOLDER = join(tmpdir(), 'imagemill-bench-cost-1');

/** Encodings of a photograph, each with another way through a decoder or a conversion. */
const encodings: Record<string, (image: Sharp) => Sharp> = {
  'jpeg 4:2:0': (image) => image.jpeg({ quality: 90 }),
  'jpeg 4:4:4': (image) => image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  'jpeg grey': (image) => image.greyscale().jpeg({ quality: 90 }),
  'jpeg CMYK': (image) => image.toColourspace('cmyk').jpeg({ quality: 90 }),
  'progressive jpeg 4:2:0': (image) => image.jpeg({ quality: 90, progressive: true }),
  'progressive jpeg 4:4:4': (image) => image.jpeg({ quality: 95, progressive: true, chromaSubsampling: '4:4:4' }),
  'progressive jpeg CMYK': (image) => image.toColourspace('cmyk').jpeg({ quality: 90, progressive: true }),
  png: (image) => image.png({ compressionLevel: 6 }),
  'png RGBA': (image) => image.ensureAlpha(0.5).png({ compressionLevel: 6 }),
  'png palette': (image) => image.png({ palette: true, effort: 1 }),
  'png 16 bit with profile': (image) => image.toColourspace('rgb16').withIccProfile('p3').png({ compressionLevel: 2 }),
  'interlaced png': (image) => image.png({ progressive: true, compressionLevel: 6 }),
  'interlaced png 16 bit RGBA': (image) =>
    image.ensureAlpha(0.5).toColourspace('rgb16').png({ progressive: true, compressionLevel: 2 }),
  webp: (image) => image.webp({ quality: 90, effort: 2 }),
  'webp lossless RGBA': (image) => image.ensureAlpha(0.5).webp({ lossless: true, effort: 0 }),
  avif: (image) => image.avif({ quality: 70, effort: 0 }),
  'avif 4:2:0 RGBA': (image) => image.ensureAlpha(0.5).avif({ quality: 60, effort: 0, chromaSubsampling: '4:2:0' }),
  'avif 10 bit': (image) => image.avif({ quality: 70, effort: 0, bitdepth: 10 }),
  gif: (image) => image.gif({ effort: 1 }),
  'tiff lzw': (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }),
  'tiff uncompressed': (image) => image.tiff({ compression: 'none' }),
  'tiff tiled deflate': (image) => image.tiff({ compression: 'deflate', tile: true, tileWidth: 256, tileHeight: 256 }),
  'tiff jpeg': (image) => image.tiff({ compression: 'jpeg', quality: 90 }),
  'tiff float': (image) => image.toColourspace('scrgb').tiff({ compression: 'none' }),
};
/** Megapixels for each encoding, and larger ones for those that differ most in what they hold. */
const sizes = [0.3, 3];
const largeSizes: Readonly<Record<number, readonly string[]>> = {
  12: [
    ...['jpeg 4:2:0', 'jpeg CMYK', 'progressive jpeg 4:2:0', 'progressive jpeg CMYK', 'png RGBA', 'interlaced png'],
    ...['png 16 bit with profile', 'webp', 'avif', 'avif 10 bit', 'tiff lzw', 'tiff tiled deflate'],
  ],
  50: ['jpeg 4:2:0', 'progressive jpeg 4:2:0', 'webp', 'avif'],
};
const BYTES_MAX = 50 * 2 ** 20;

/** Generated files near the limits and budgets, most of which need little space. */
const hostileFiles: Record<string, () => Buffer | Promise<Buffer>> = {
  'avif 9990×9990 flat': () => hostile.flatAvif(9990, 9990),
  'avif 9990×9990 flat, alpha': () => hostile.flatAvif(9990, 9990, { alpha: true }),
  'avif grid of 16×16 tiles, 99 MP': () => hostile.gridAvif({ columns: 16, rows: 16, tile: 622 }),
  'interlaced png 16 bit RGBA, 99 MP': () => hostile.interlacedPng(9950, 9950),
  'progressive jpeg CMYK, 99 MP': () => hostile.manyScansJpeg({ width: 9950, height: 9950, components: 4, scans: 4 }),
  'progressive jpeg grey, 64 MP, 31 scans': () =>
    hostile.manyScansJpeg({ width: 8000, height: 8000, components: 1, scans: 30 }),
  'progressive jpeg, 9 MP, 200 scans': () =>
    hostile.manyScansJpeg({ width: 3000, height: 3000, components: 3, scans: 200 }),
  'webp of 9,999 frames': () => hostile.manyFramesWebp(9_999),
  'gif of 9,999 frames': () => hostile.manyFramesGif(9_999),
  'tiff of 4,000 directories': () => hostile.manyDirectoriesTiff(4_000),
  'png with text of 8 MB': () => hostile.largeTextPng(8_000_000),
  'png with inflating text of 8 MB': () => hostile.inflatingPng('zTXt', 1_000_000, 8),
  'jpeg with XMP of 8 MB': () => hostile.largeMetadataJpeg('http://ns.adobe.com/xap/1.0/\0', 8_000_000),
};

export async function* costSources({ quick }: { quick: boolean }): AsyncGenerator<CostSource> {
  await mkdir(FOLDER, { recursive: true });
  const names = Object.keys(encodings);
  for (const size of quick ? [0.3] : sizes) for (const name of names) yield* photograph(name, size);
  if (quick) return;
  for (const [size, some] of Object.entries(largeSizes)) for (const name of some) yield* photograph(name, Number(size));
  for (const [name, make] of Object.entries(hostileFiles)) {
    yield { name, isHostile: true, path: await cached(name, async (path) => writeFile(path, await make())) };
  }
}

/** None for a file that is too large to be uploaded. */
async function* photograph(encoding: string, megapixels: number): AsyncGenerator<CostSource> {
  const name = `${encoding}, ${megapixels} MP`;
  const path = await cached(name, async (file) => {
    const { path: original } = await makeSource(megapixels, 'baseline jpeg');
    const image = sharp(await readFile(original), { limitInputPixels: false });
    await encodings[encoding]?.(image).toFile(file);
  });
  if ((await stat(path)).size <= BYTES_MAX) yield { name, path, isHostile: false };
}

async function cached(name: string, make: (path: string) => Promise<unknown>): Promise<string> {
  const path = join(FOLDER, name.replaceAll(/[^a-z0-9]+/gi, '-'));
  if (!(await stat(path).catch(() => undefined))) await make(path);
  return path;
}
