import { jpegMarkers } from './jpeg-markers.ts';

export type JpegProcess = 'sequential' | 'progressive' | 'lossless' | 'arithmetic';

/** Coding processes that libjpeg decodes, by the marker of the frame header. ITU-T T.81, table B.1. */
const processes: Readonly<Record<number, JpegProcess>> = {
  192: 'sequential',
  193: 'sequential',
  194: 'progressive',
  195: 'lossless',
  201: 'arithmetic',
  202: 'arithmetic',
};

/** Bits per channel. libvips does not use libjpeg's support for more. */
const BITS_MAX = 8;

const notFrames = new Set([0xc4, 0xc8, 0xcc]);
export const isFrame = (code: number) => code >= 0xc0 && code <= 0xcf && !notFrames.has(code);

export const isArithmetic = (code: number) => processes[code] === 'arithmetic';

/** A JPEG's coding process; undefined if the file ends before its frame header. */
export function jpegProcess(bytes: Uint8Array): JpegProcess | 'unsupported' | undefined {
  for (const { code, from } of jpegMarkers(bytes)) {
    if (!isFrame(code)) continue;
    const bits = bytes[from] ?? 0;
    return (bits <= BITS_MAX && processes[code]) || 'unsupported';
  }
  return undefined;
}
