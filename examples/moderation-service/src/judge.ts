import type { AskedImage } from './moderation-request.ts';

export interface Verdict {
  readonly verdict: 'allow' | 'hold' | 'reject';
  /** For operators. */
  readonly code?: string;
  /** For the seller. */
  readonly message?: string;
}

const PREVIEW_MS_MAX = 2_000;

/**
 * Your rules. These are simple ones: replace them by a classifier that gets the bytes of the preview.
 *
 * @throws Error if the preview cannot be read: imagemill asks again
 */
export async function judge({ filename = '', metadata, preview }: AskedImage): Promise<Verdict> {
  const response = await fetch(preview.url, { signal: AbortSignal.timeout(PREVIEW_MS_MAX) });
  if (!response.ok) throw new Error(`The preview answered ${response.status}.`);
  const jpeg = new Uint8Array(await response.arrayBuffer());
  if (isFlat(jpeg, preview)) {
    return {
      verdict: 'hold',
      code: 'empty-picture',
      message: 'This picture shows almost nothing. It will be looked at.',
    };
  }
  const words = [filename, ...Object.values(metadata)].join(' ').toLowerCase();
  if (words.includes('weapon')) {
    return { verdict: 'reject', code: 'weapon', message: 'Weapons cannot be sold here.' };
  }
  return { verdict: 'allow' };
}

/** A JPEG of a single colour has far fewer bytes than pixels. */
const isFlat = (jpeg: Uint8Array, { width, height }: AskedImage['preview']) => jpeg.byteLength < (width * height) / 80;
