/** A marker of a JPEG; its segment's content is from byte `from` up to, but excluding, `to`. ITU-T T.81, annex B. */
export interface JpegMarker {
  readonly code: number;
  readonly from: number;
  readonly to: number;
}

const SOI = 0xd8;
export const EOI = 0xd9;
export const DHT = 0xc4;
export const DQT = 0xdb;
export const SOS = 0xda;
export const APP1 = 0xe1;
export const APP2 = 0xe2;
export const COMMENT = 0xfe;

/** Lower codes have no segments. libjpeg skips them, without their length, where it expects a restart marker. */
const FIRST_CODE = 0xc0;

const isRestart = (code: number) => code >= 0xd0 && code <= 0xd7;

/** As libjpeg sees it: there may be stray bytes before the next marker. */
export const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === SOI;

/**
 * The markers of a JPEG in order, from the one after the start up to the end marker, or to the end of a truncated file.
 * Bytes between segments are skipped, as in decoders: entropy-coded data, restart markers, stray bytes.
 */
export function* jpegMarkers(file: Uint8Array): Generator<JpegMarker> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (let at = nextMarker(bytes, 2); at !== undefined; ) {
    const code = bytes[at + 1] ?? 0;
    const from = at + 4;
    if (code === EOI) return yield { code, from: at + 2, to: at + 2 };
    // libjpeg takes a length that does not even include itself for an empty segment, and goes on after it.
    const to = Math.max(from, at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)));
    if (to > bytes.length) return;
    yield { code, from, to };
    at = nextMarker(bytes, to);
  }
}

function nextMarker(bytes: Buffer, from: number): number | undefined {
  for (let at = nextFf(bytes, from); at >= 0 && at + 1 < bytes.length; at = nextFf(bytes, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    if (code >= FIRST_CODE && code < 0xff && code !== SOI && !isRestart(code)) return at;
  }
  return undefined;
}

/** Photographs have a byte ff about every 400 bytes. */
const STEPPED_BYTES = 32;

/** `indexOf` is eight times as fast as a loop, but each call costs as much as 50 bytes of it: a file of stuffed bytes has one at every second. */
function nextFf(bytes: Buffer, from: number): number {
  const end = Math.min(from + STEPPED_BYTES, bytes.length);
  for (let at = from; at < end; at++) if (bytes[at] === 0xff) return at;
  return bytes.indexOf(0xff, end);
}
