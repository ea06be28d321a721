import { createHash, randomBytes } from 'node:crypto';
import { ImageId, timeOfId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';

export const newImageId = (): ImageId => ImageId.parse(uuidv7());

/** 128 random bits that the ids of one request are derived from. A secret of the service: no response contains it. */
export const newSeed = (): string => randomBytes(16).toString('base64url');

/**
 * The ids of all images of one request, including the first. The others are hashes of the seed and their index, with the
 * timestamp of the first: a repeated request gets the same ids, and only its first id and its seed have to be stored. Ids are
 * part of public URLs, so none of them may reveal another.
 */
export function derivedImageIds(first: ImageId, seed: string, count: number): ImageId[] {
  const msecs = timeOfId(first).getTime();
  const others = Array.from({ length: count - 1 }, (_, index) => {
    const random = createHash('sha256')
      .update(`${seed}:${index + 1}`)
      .digest()
      .subarray(0, 16);
    return ImageId.parse(uuidv7({ msecs, random }));
  });
  return [first, ...others];
}
