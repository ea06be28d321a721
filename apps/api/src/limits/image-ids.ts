import { createHash } from 'node:crypto';
import { ImageId, timeOfId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';

export const newImageId = (): ImageId => ImageId.parse(uuidv7());

/**
 * The ids of all images of one request, including the first. The others are hashes of the first id and their index,
 * with its timestamp: a repeated request gets the same ids, and only the first one has to be stored.
 */
export function derivedImageIds(first: ImageId, count: number): ImageId[] {
  const msecs = timeOfId(first).getTime();
  const others = Array.from({ length: count - 1 }, (_, index) => {
    const random = createHash('sha256')
      .update(`${first}:${index + 1}`)
      .digest()
      .subarray(0, 16);
    return ImageId.parse(uuidv7({ msecs, random }));
  });
  return [first, ...others];
}
