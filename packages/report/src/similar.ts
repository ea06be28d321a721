import type { ImageId } from '@imagemill/variants';

/** Older images of the same tenant. */
export interface Similar {
  /** With the same bytes. */
  readonly same?: ImageId | undefined;
  /** With the most similar picture, and by how many bits of 64 its perceptual hash differs. */
  readonly near?: { readonly imageId: ImageId; readonly bits: number } | undefined;
}
