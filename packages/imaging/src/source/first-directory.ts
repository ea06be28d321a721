import { tiffReader } from './tiff-reader.ts';

/** A TIFF whose first directory is its last one: only its picture is used, and libvips would count all others first. */
export function onlyFirstDirectory(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const reader = tiffReader(bytes);
  if (!reader) return file;
  try {
    const field = reader.nextFieldAt(reader.firstAt);
    if (reader.number(field, reader.offsetBytes) === 0) return file;
    return Buffer.from(bytes).fill(0, field, field + reader.offsetBytes);
  } catch (error) {
    // The file ends before its directory: libvips will reject it.
    if (error instanceof RangeError) return file;
    throw error;
  }
}
