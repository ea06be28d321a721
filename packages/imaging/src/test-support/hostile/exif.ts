import { uint16, uint32 } from '../little-endian.ts';
import { patchesPng, pngChunk } from '../png.ts';
import { metadataWebp } from './webp.ts';

const EXIF_DIRECTORY = 34_665;
const SHORT = 3;
const LONG = 4;

/** EXIF with entries of unknown tags in its second directory: 12 bytes each. */
export function manyEntriesExif(entries: number): Buffer {
  const entry = (tag: number, type: number, value: number) =>
    Buffer.concat([uint16(tag), uint16(type), uint32(1), uint32(value)]);
  const all = Array.from({ length: entries }, (_, index) => entry(0x9000 + (index % 0x2000), SHORT, 1));
  return Buffer.concat([
    Buffer.from('II*\0'),
    uint32(8),
    uint16(1),
    entry(EXIF_DIRECTORY, LONG, 26),
    uint32(0),
    uint16(entries),
    ...all,
    uint32(0),
  ]);
}

export const manyEntriesExifPng = (entries: number) =>
  patchesPng([[200, 100, 50]], 8, [pngChunk('eXIf', manyEntriesExif(entries))]);

export const manyEntriesExifWebp = (entries: number) => metadataWebp('EXIF', manyEntriesExif(entries));
