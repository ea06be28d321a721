import { gifBlocks, isGif } from '../source/gif-blocks.ts';
import { isoBoxTree } from '../source/iso-box-tree.ts';
import { boxesIn } from '../source/isobmff.ts';
import { isJpeg, jpegMarkers, SOS } from '../source/jpeg-markers.ts';
import { isJxl } from '../source/jxl/jxl-container.ts';
import { isPng, pngChunks } from '../source/png-chunks.ts';
import { riffChunks } from '../source/riff-chunks.ts';
import { tiffReader } from '../source/tiff-reader.ts';

/**
 * Whether a file contains a C2PA manifest. Reads headers of segments, chunks and boxes only; the manifest itself is neither parsed nor
 * verified. https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_embedding_manifests_into_various_file_formats
 */
export function hasC2paManifest(file: Uint8Array): boolean {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (isJpeg(bytes)) return inJpeg(bytes);
  if (isPng(bytes)) return some(pngChunks(bytes), ({ type }) => type === 'caBX');
  if (isGif(bytes)) return inGif(bytes);
  if (isJxl(bytes)) return some(boxesIn(bytes), ({ type, content }) => type === 'jumb' && isStore(content));
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('RIFF')) return some(riffChunks(bytes), ({ type }) => type === 'C2PA');
  if (start.slice(4, 8) === 'ftyp') return inIsoMedia(bytes);
  return inTiff(bytes);
}

const APP11 = 0xeb;
/** UUID of the description box of a C2PA manifest store. */
const STORE_UUID = Buffer.from('6332706100110010800000aa00389b71', 'hex');
/** Common identifier, instance and sequence number of a segment, then `LBox` and `TBox`; eight bytes more with an `XLBox`. */
const BOX_AT = 8;

/** JUMBF in JPEG: ISO/IEC 19566-5, annex D. */
function inJpeg(bytes: Buffer): boolean {
  for (const { code, from, to } of jpegMarkers(bytes)) {
    if (code === SOS) return false;
    if (code !== APP11 || bytes.toString('latin1', from, from + 2) !== 'JP') continue;
    const head = bytes.subarray(from, Math.min(to, from + 64));
    const box = head.subarray(head.subarray(BOX_AT, BOX_AT + 4).equals(LARGE) ? BOX_AT + 16 : BOX_AT + 8);
    if (isStore(box)) return true;
  }
  return false;
}
const LARGE = Buffer.of(0, 0, 0, 1);

/** @param content of a JUMBF box: its description comes first */
const isStore = (content: Buffer) =>
  content.toString('latin1', 4, 8) === 'jumd' && content.subarray(8, 24).equals(STORE_UUID);

const EXTENSION_HEAD = 3;

/** An application extension; it precedes the pictures. */
function inGif(bytes: Buffer): boolean {
  for (const { isImage, at } of gifBlocks(bytes)) {
    if (isImage) return false;
    if (bytes.toString('latin1', at + EXTENSION_HEAD, at + EXTENSION_HEAD + 8) === 'C2PA_GIF') return true;
  }
  return false;
}

const BOX_UUID = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');

const inIsoMedia = (bytes: Buffer) =>
  some(
    isoBoxTree(bytes),
    ({ type, from, depth }) => depth === 0 && type === 'uuid' && bytes.subarray(from, from + 16).equals(BOX_UUID),
  );

const TIFF_TAG = 52_545;

function inTiff(bytes: Buffer): boolean {
  const reader = tiffReader(bytes);
  try {
    return reader !== undefined && some(reader.entries(reader.firstAt), ({ tag }) => tag === TIFF_TAG);
  } catch (error) {
    // An offset beyond the end of the file: libvips will reject it.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function some<T>(items: Iterable<T>, is: (item: T) => boolean): boolean {
  for (const item of items) if (is(item)) return true;
  return false;
}
