import { createHash } from 'node:crypto';
import { ImageId, timeOfId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';

export const newImageId = (): ImageId => ImageId.parse(uuidv7());

/**
 * The ids of all images that one request asks for, the first one's included: each the hash of that and its place, at the
 * same time. So a request that is repeated gets the same ids, and no more than the first has to be remembered.
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
