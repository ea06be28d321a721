import { profiledTiff } from '../../colour/profiled-tiff.ts';
import type { DecodableSource } from '../readable-source.ts';
import { readBmpHeader } from './bmp-header.ts';
import { decodeBmp } from './decode-bmp.ts';

/**
 * A bitmap as a source that libvips can decode: its binaries in sharp have no reader for bitmaps.
 *
 * @throws RejectedImageError `corrupt`, `unsupported-format`
 */
export async function bmpAsTiff({ bytes, ...source }: DecodableSource): Promise<DecodableSource> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readBmpHeader(file);
  return { ...source, bytes: profiledTiff(decodeBmp(file, header), header.profile ?? Buffer.of()) };
}
