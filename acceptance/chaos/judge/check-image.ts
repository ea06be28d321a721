import sharp from 'sharp';
import type { Picture } from '../load/pictures.ts';
import type { Bucket, Rendition } from './bucket.ts';
import { type LooksLike, looksLike } from './same-picture.ts';

/** Renditions of a category's set. */
const RENDITIONS = { product: 12, avatar: 13 };

export interface PictureCheck {
  readonly verdict: 'right' | 'no-manifest' | 'partial' | 'wrong';
  /** A sentence about the problem, if there is one. */
  readonly finding?: string;
}

/** Fetches every rendition of a ready image, like a shopper's browser. */
export async function checkImage(bucket: Bucket, imageId: string, picture: Picture): Promise<PictureCheck> {
  const manifest = await bucket.readManifest(imageId);
  if (manifest?.status !== 'ready')
    return { verdict: 'no-manifest', finding: `${imageId} is ready without a manifest` };
  if (manifest.renditions.length !== RENDITIONS[picture.category]) {
    return { verdict: 'partial', finding: `${imageId} has ${manifest.renditions.length} renditions` };
  }
  const isRight = await looksLike(picture.bytes, manifest.chosenFocus);
  for (const rendition of manifest.renditions) {
    const check = await checkRendition(rendition, isRight);
    if (check.verdict !== 'right') return check;
  }
  return { verdict: 'right' };
}

async function checkRendition(rendition: Rendition, isRight: LooksLike): Promise<PictureCheck> {
  const response = await fetch(rendition.url, { signal: AbortSignal.timeout(10_000) });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) return { verdict: 'partial', finding: `${rendition.url} answers ${response.status}` };
  const { width, height } = await sharp(bytes).metadata();
  if (bytes.byteLength !== rendition.bytes || width !== rendition.width || height !== rendition.height) {
    return { verdict: 'wrong', finding: `${rendition.url} does not match its manifest` };
  }
  const same = await isRight(bytes).catch(() => false);
  return same ? { verdict: 'right' } : { verdict: 'wrong', finding: `${rendition.url} shows another picture` };
}
