import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { makeSource } from '../engine/sources.ts';

export interface Photo {
  readonly name: string;
  readonly category: 'avatar' | 'product';
  readonly bytes: Buffer;
}

export const MEGAPIXELS = 3;
const examples = new URL('../../examples/photos/', import.meta.url);

/** Without a face in a picture, the detector looks for small ones as well, which takes five times as long. */
export async function makePhotos(): Promise<Photo[]> {
  const { path } = await makeSource(MEGAPIXELS, 'baseline jpeg');
  const mosaic = await readFile(path);
  const side = Math.round(Math.sqrt(MEGAPIXELS * 1e6));
  const portrait = await sharp(await readFile(new URL('avatar.jpg', examples)))
    .resize(side, side)
    .jpeg({ quality: 90 })
    .toBuffer();
  return [
    { name: 'avatar', category: 'avatar', bytes: portrait },
    { name: 'avatar without a face', category: 'avatar', bytes: mosaic },
    { name: 'product', category: 'product', bytes: mosaic },
  ];
}

/** The photographs of `examples`, as they are. */
export const samplePhotos = (): Promise<Photo[]> =>
  Promise.all(
    (['avatar', 'product'] as const).map(async (category) => ({
      name: `examples/photos/${category}.jpg`,
      category,
      bytes: await readFile(new URL(`${category}.jpg`, examples)),
    })),
  );
