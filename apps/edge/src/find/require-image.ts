import { imageGone, pictureNotFound } from '../http/picture-problems.ts';
import type { FoundImage } from '../render/render-order.ts';
import type { Finding } from './find-image.ts';
import type { Owned } from './is-public.ts';

/**
 * @param maySee whether the request may see the image; if not, the response is the one for an image that does not exist
 * @throws Problem 404 or 410
 */
export function requireImage(finding: Finding, maySee: (image: Owned) => boolean): FoundImage {
  if (finding.is === 'missing' || !maySee(finding.image)) throw pictureNotFound();
  if (finding.is === 'gone') throw imageGone();
  return finding.image;
}
