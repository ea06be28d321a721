import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image, Imagemill } from '@imagemill/client';

/** Of one call: a stack that has had more uploads since gets the samples once more. */
const LOOKED_AT_MAX = 100;

export interface SamplePhoto {
  /** From the folder that the command runs in. */
  readonly path: string;
  readonly category: string;
  readonly bytes: number;
  /** Its image, when an earlier `start` has uploaded it and it is ready. */
  readonly image: Image | undefined;
}

/** The sample photographs of the project, with the images that they are already. */
export function samplePhotos(imagemill: Imagemill): Promise<SamplePhoto[]> {
  return Promise.all([sample(imagemill, 'product.jpg', 'product'), sample(imagemill, 'avatar.jpg', 'avatar')]);
}

async function sample(imagemill: Imagemill, filename: string, category: string): Promise<SamplePhoto> {
  const file = fileURLToPath(new URL(`../../../../examples/photos/${filename}`, import.meta.url));
  const { size } = await stat(file);
  const image = await findImage(imagemill, { filename, category, bytes: size });
  return { path: relative(process.cwd(), file), category, bytes: size, image };
}

async function findImage(
  imagemill: Imagemill,
  { filename, category, bytes }: { filename: string; category: string; bytes: number },
): Promise<Image | undefined> {
  let looked = 0;
  for await (const image of imagemill.listImages({ category, status: 'ready', limit: LOOKED_AT_MAX })) {
    if (image.filename === filename && image.source?.bytes === bytes) return image;
    looked += 1;
    if (looked === LOOKED_AT_MAX) return undefined;
  }
  return undefined;
}
