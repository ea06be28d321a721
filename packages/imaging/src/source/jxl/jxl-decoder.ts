import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { InitOutput } from 'jxl-oxide-wasm';
import { RejectedImageError } from '../../errors.ts';

const MODULE = 'jxl-oxide-wasm/module.wasm';

/**
 * The decoder is an optional dependency.
 *
 * @throws RejectedImageError `unsupported-format`, with a message that names the decoder, if it is not installed
 */
export function requireJxlDecoder(resolve: (name: string) => unknown = (name) => import.meta.resolve(name)): void {
  try {
    resolve(MODULE);
  } catch (error) {
    throw new RejectedImageError('jxl-decoder-missing', error);
  }
}

/**
 * Decodes the first picture of a JPEG XL to a PNG, upright, with its profile or code points, in 8 or 16 bits. Each call has a
 * WebAssembly instance of its own: its memory never shrinks, and a fault may leave it unusable. The package's own JavaScript would
 * share one.
 *
 * @param codestream from its signature, or a container, whose metadata are decompressed in full
 * @throws RejectedImageError `corrupt`
 */
export function decodeJxl(codestream: Uint8Array): Uint8Array {
  const decoder = instantiate();
  try {
    const image = decoder.jxlimage_new();
    if (!loadFirstPicture(decoder, image, codestream)) throw new RejectedImageError('corrupt');
    const [picture, , isNotRendered] = decoder.jxlimage_render(image, FIRST_PICTURE);
    if (isNotRendered) throw new RejectedImageError('corrupt');
    const [pngAt, length, , isNotEncoded] = decoder.renderresult_encodeToPng(picture);
    if (isNotEncoded) throw new RejectedImageError('corrupt');
    return new Uint8Array(decoder.memory.buffer).slice(pngAt, pngAt + length);
  } catch (error) {
    if (error instanceof RejectedImageError) throw error;
    // A trap of WebAssembly, also for memory beyond its limit.
    throw new RejectedImageError('corrupt', error);
  }
}

const FIRST_PICTURE = 0;

/** The decoder keeps all frames that it is given: 100,000 of them, in 3 MB, took 1.1 s of CPU and 100 MiB. */
const PIECE_BYTES = 2 ** 18;

/**
 * Feeds the decoder until it has the whole first picture: frames after it are not wanted.
 *
 * @returns false if the file is damaged or incomplete, of which the decoder would draw a part
 */
function loadFirstPicture(decoder: InitOutput, image: number, file: Uint8Array): boolean {
  let isReady = 0;
  for (let from = 0; from < file.length; from += PIECE_BYTES) {
    const piece = file.subarray(from, from + PIECE_BYTES);
    // The decoder frees it.
    const at = decoder.__wbindgen_malloc(piece.length, 1);
    new Uint8Array(decoder.memory.buffer).set(piece, at);
    const [, , isNotFed] = decoder.jxlimage_feedBytes(image, at, piece.length);
    if (isNotFed) return false;
    if (!isReady) {
      const [hasHeader, , isFailed] = decoder.jxlimage_tryInit(image);
      if (isFailed) return false;
      isReady = hasHeader;
    }
    if (isReady && decoder.jxlimage_num_loaded_keyframes(image) > FIRST_PICTURE) return true;
  }
  return false;
}

let compiled: WebAssembly.Module | undefined;

function instantiate(): InitOutput {
  compiled ??= new WebAssembly.Module(readFileSync(fileURLToPath(import.meta.resolve(MODULE))));
  let exports: InitOutput | undefined;
  const text = (at: number, length: number) =>
    Buffer.from(exports?.memory.buffer ?? new ArrayBuffer(0), at, length).toString();
  const own: Record<string, (...args: number[]) => unknown> = {
    __wbindgen_throw: (at = 0, length = 0) => {
      throw new Error(text(at, length));
    },
    __wbindgen_string_new: (at = 0, length = 0) => text(at, length),
    __wbindgen_init_externref_table: () => void exports?.__wbindgen_export_2.grow(4),
  };
  // The other imports detect a browser.
  const imports = WebAssembly.Module.imports(compiled).map(({ name }) => [name, own[name] ?? (() => 0)] as const);
  const instance = new WebAssembly.Instance(compiled, { wbg: Object.fromEntries(imports) });
  exports = instance.exports as unknown as InitOutput;
  exports.__wbindgen_start();
  return exports;
}
