import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import type { Random } from '../random.ts';

/** A file to upload, and its expected final status. */
export interface Picture {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly category: 'product' | 'avatar';
  readonly expected: 'ready' | 'rejected';
}

const CORRUPT_SHARE = 0.1;
/** Tiles per row and column: coarse enough to survive in a thumbnail, with enough colours to be unique. */
const TILES = 4;
const TILE_OPACITY = 0.7;

const encodings = {
  'image/jpeg': (image: Sharp) => image.jpeg({ quality: 85 }),
  'image/png': (image: Sharp) => image.png({ compressionLevel: 1 }),
  'image/webp': (image: Sharp) => image.webp({ quality: 85, effort: 0 }),
};

const photo = (name: string) => readFile(new URL(`../../../examples/photos/${name}.jpg`, import.meta.url));

/**
 * @param sideMax longest side of the largest picture, in pixels
 * @returns a function that creates the next picture: a photograph with a unique pattern of coloured tiles, or a damaged file
 */
export async function createPictures(random: Random, sideMax: number): Promise<() => Promise<Picture>> {
  const photos = await Promise.all(['product', 'avatar'].map(photo));
  const colours = () => Buffer.from(Array.from({ length: TILES * TILES * 3 }, () => random.whole(0, 255)));

  async function tiled(width: number, height: number) {
    const raw = { width: TILES, height: TILES, channels: 3 } as const;
    const tiles = sharp(colours(), { raw }).resize(width, height, { kernel: 'nearest', fit: 'fill' });
    const { data, info } = await tiles.ensureAlpha(TILE_OPACITY).raw().toBuffer({ resolveWithObject: true });
    return sharp(random.pick(photos))
      .resize(width, height, { fit: 'cover' })
      .composite([{ input: data, raw: { width, height, channels: info.channels } }]);
  }

  return async () => {
    const category = random.pick(['product', 'product', 'avatar'] as const);
    const contentType = random.pick(['image/jpeg', 'image/jpeg', 'image/png', 'image/webp'] as const);
    const [width, height] = [random.whole(200, sideMax), random.whole(200, sideMax)];
    const isCorrupt = random.chance(CORRUPT_SHARE);
    const image = await tiled(width, height);
    if (isCorrupt) {
      const whole = await image.jpeg().toBuffer();
      const bytes = random.chance(0.5)
        ? whole.subarray(0, whole.byteLength / 2)
        : Buffer.from('This is not a picture.');
      return { bytes, contentType: 'image/jpeg', category, expected: 'rejected' };
    }
    return { bytes: await encodings[contentType](image).toBuffer(), contentType, category, expected: 'ready' };
  };
}

/** Generates some pictures now, and the others when they are needed. */
export async function prepared(next: () => Promise<Picture>, count: number): Promise<() => Promise<Picture>> {
  const pictures: Picture[] = [];
  while (pictures.length < count) pictures.push(await next());
  return async () => pictures.shift() ?? next();
}
