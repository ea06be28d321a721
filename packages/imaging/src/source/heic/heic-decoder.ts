import type { HeifChannel, HeifDecoded, HeifFailure, Libheif } from 'libheif-js/libheif-wasm/libheif-bundle.mjs';
import { RejectedImageError, toRejection } from '../../errors.ts';

/** Decoded pixels, upright: RGB or RGBA of 8 bits, or of all 16 for a file with more. */
export interface HeicPixels {
  readonly data: Uint8Array | Uint16Array;
  readonly raw: { readonly width: number; readonly height: number; readonly channels: 3 | 4 };
}

/**
 * The decoder is an optional dependency, under the LGPL.
 *
 * @throws RejectedImageError `unsupported-format`, with a message that names the decoder, if it is not installed
 */
export function requireHeicDecoder(resolve: (name: string) => unknown = resolveDecoder): void {
  try {
    resolve('libheif-js');
  } catch (error) {
    throw new RejectedImageError('heic-decoder-missing', error);
  }
}

const resolveDecoder = () => import.meta.resolve('libheif-js/libheif-wasm/libheif-bundle.mjs');

/**
 * Decodes the primary picture of a HEIC file, with its rotations, mirroring and crop applied. Other pictures of the file, depth and gain
 * maps are not decoded. Each call has a WebAssembly instance of its own: its memory never shrinks, and a fault may leave it unusable.
 *
 * @param isDeep whether the file has more than 8 bits per channel
 * @throws RejectedImageError `corrupt`, `too-complex`
 */
export async function decodeHeic(file: Uint8Array, isDeep: boolean): Promise<HeicPixels> {
  const { default: createLibheif } = await import('libheif-js/libheif-wasm/libheif-bundle.mjs');
  const libheif = createLibheif();
  await libheif.ready;
  try {
    return await decodePrimary(libheif, file, isDeep);
  } catch (error) {
    if (error instanceof RejectedImageError) throw error;
    // A trap of WebAssembly, also for memory beyond its limit.
    throw new RejectedImageError('corrupt', error);
  }
}

async function decodePrimary(libheif: Libheif, file: Uint8Array, isDeep: boolean): Promise<HeicPixels> {
  const context = libheif.heif_context_alloc();
  const read = libheif.heif_context_read_from_memory(context, file);
  if (read.code !== libheif.heif_error_code.heif_error_Ok) throw rejectionOf(libheif, read);
  const handle = libheif.heif_js_context_get_primary_image_handle(context);
  if (handle.code !== undefined) throw new RejectedImageError('corrupt', handle.message);
  const channels = libheif.heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const decoded = await libheif.heif_js_decode_image2(
    handle,
    libheif.heif_colorspace.heif_colorspace_RGB,
    libheif.heif_chroma[chromas[channels][isDeep ? 'deep' : 'usual']],
  );
  if (isFailure(decoded)) throw rejectionOf(libheif, decoded);
  const [plane] = decoded.channels;
  const { width, height } = plane;
  const bytes = withoutGaps(plane, channels * (isDeep ? 2 : 1));
  return { data: isDeep ? inAllBits(bytes, plane.bits_per_pixel) : bytes, raw: { width, height, channels } };
}

const chromas = {
  3: { usual: 'heif_chroma_interleaved_RGB', deep: 'heif_chroma_interleaved_RRGGBB_LE' },
  4: { usual: 'heif_chroma_interleaved_RGBA', deep: 'heif_chroma_interleaved_RRGGBBAA_LE' },
} as const;

const isFailure = (decoded: HeifFailure | HeifDecoded): decoded is HeifFailure => decoded.code !== undefined;

function rejectionOf(libheif: Libheif, { code, message }: HeifFailure): unknown {
  const isMemory = code === libheif.heif_error_code.heif_error_Memory_allocation_error;
  return isMemory ? new RejectedImageError('too-complex', message) : toRejection(new Error(message));
}

/** A copy of the rows without the bytes between them. */
function withoutGaps({ data, width, height, stride }: HeifChannel, pixelBytes: number): Uint8Array {
  const rowBytes = width * pixelBytes;
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
  return rows;
}

/** Stretches samples of that many bits to 16, in place. */
function inAllBits(bytes: Uint8Array, bits: number): Uint16Array {
  const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const factor = 65_535 / (2 ** bits - 1);
  for (let at = 0; at < samples.length; at++) samples[at] = Math.round((samples[at] as number) * factor);
  return samples;
}
