import { imageGone, pictureNotFound } from '../http/picture-problems.ts';
import type { FoundImage } from '../render/render-order.ts';
import type { Finding } from './find-image.ts';

/** @throws Problem 404 or 410 */
export function requireImage(finding: Finding): FoundImage {
  if (finding.is === 'gone') throw imageGone();
  if (finding.is === 'missing') throw pictureNotFound();
  return finding.image;
}
