import type { Metadata } from 'sharp';
import { RejectedImageError } from '../errors.ts';
import { isBmp, readBmpHeader } from './bmp/bmp-header.ts';
import { isJxl, readJxlCodestream, readJxlMetadata } from './jxl/jxl-container.ts';
import { readJxlHeader } from './jxl/jxl-header.ts';

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
    /** Of a file whose interpretation is only known when it is decoded. */
    readonly isWideGamut?: boolean;
    /** It has an ICC profile that only its decoder can read. */
    readonly hasHiddenProfile?: boolean;
    /** Only its first frame is decoded. */
    readonly isAnimated?: boolean;
  };

/**
 * The header of a format that libvips does not read; undefined for other files.
 *
 * @throws RejectedImageError
 */
export function foreignHeader(bytes: Uint8Array): SourceHeader | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isJxl(file)) return ofJxl(file);
  return isBmp(file) ? ofBmp(file) : undefined;
}

function ofBmp(file: Buffer): SourceHeader {
  const { width, height, hasAlpha, profile } = readBmpHeader(file);
  const channels = hasAlpha ? 4 : 3;
  const pixels = { space: 'srgb', depth: 'uchar', channels, hasAlpha } as const;
  return { format: 'bmp', ...pixels, autoOrient: { width, height }, ...(profile && { icc: profile }) };
}

/** The facts of the PNG that it is decoded to. */
function ofJxl(file: Buffer): SourceHeader {
  const codestream = readJxlCodestream(file);
  if (!codestream) throw new RejectedImageError('corrupt');
  const { width, height, isDeep, isGrey, colour, ...facts } = readJxlHeader(codestream);
  const colours = isGrey ? 1 : 3;
  return {
    format: 'jxl',
    ...facts,
    hasHiddenProfile: colour === 'profile',
    space: isGrey ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb',
    depth: isDeep ? 'ushort' : 'uchar',
    channels: (facts.hasAlpha ? colours + 1 : colours) as SourceHeader['channels'],
    autoOrient: { width, height },
    ...readJxlMetadata(file),
  };
}
