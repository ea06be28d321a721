import type { Metadata } from 'sharp';
import { isBmp, readBmpHeader } from './bmp/bmp-header.ts';

/** What is read of a header. */
export type SourceHeader = Pick<Metadata, 'space' | 'depth' | 'channels' | 'hasAlpha' | 'autoOrient'> &
  Partial<
    Pick<
      Metadata,
      | 'orientation'
      | 'pages'
      | 'compression'
      | 'chromaSubsampling'
      | 'isProgressive'
      | 'icc'
      | 'xmp'
      | 'exif'
      | 'gainMap'
    >
  > & {
    readonly format: string;
  };

/**
 * The header of a format that libvips does not read; undefined for other files.
 *
 * @throws RejectedImageError
 */
export function foreignHeader(bytes: Uint8Array): SourceHeader | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isBmp(file)) return undefined;
  const { width, height, hasAlpha, profile } = readBmpHeader(file);
  const channels = hasAlpha ? 4 : 3;
  const pixels = { space: 'srgb', depth: 'uchar', channels, hasAlpha } as const;
  return { format: 'bmp', ...pixels, autoOrient: { width, height }, ...(profile && { icc: profile }) };
}
