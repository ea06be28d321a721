import { box, u16, u32 } from './iso-boxes.ts';
import { segment } from './jpeg-parts.ts';
import { pngChunk } from './png.ts';

/** A text within a C2PA manifest that must not be found in any rendition. */
export const MANIFEST_TEXT = 'Secret-Manifest-4711';

const C2PA_STORE = '6332706100110010800000aa00389b71';
/** Of another kind of JUMBF box, JSON. */
export const JSON_CONTENT = '6a736f6e00110010800000aa00389b71';

/** A JUMBF superbox with the structure of a manifest store. ISO/IEC 19566-5 */
export const jumbf = (uuid = C2PA_STORE): Buffer =>
  box(
    'jumb',
    box('jumd', Buffer.from(uuid, 'hex'), Buffer.of(3), Buffer.from('c2pa\0')),
    box('json', Buffer.from(`{"title":"${MANIFEST_TEXT}"}`)),
  );

/** After all other boxes, where it moves no item. */
function afterIsoMedia(file: Buffer): Buffer {
  const uuid = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');
  return Buffer.concat([file, box('uuid', uuid, u32(0), Buffer.from('manifest\0'), jumbf())]);
}

/** https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_embedding_manifests_into_various_file_formats */
export const withManifest = {
  /** The first of two segments. */
  jpeg: (file: Buffer, content = jumbf()) =>
    insert(
      file,
      2,
      segment(0xeb, Buffer.from('JP'), u16(1), u32(1), content),
      segment(0xeb, Buffer.from('JP'), u16(1), u32(2)),
    ),
  png: (file: Buffer) => insert(file, 33, pngChunk('caBX', jumbf())),
  webp: (file: Buffer) => {
    const content = jumbf();
    const chunk = Buffer.concat([Buffer.from('C2PA\0\0\0\0'), content, Buffer.alloc(content.length % 2)]);
    chunk.writeUInt32LE(content.length, 4);
    const webp = Buffer.concat([file, chunk]);
    webp.writeUInt32LE(webp.length - 8, 4);
    return webp;
  },
  avif: afterIsoMedia,
  heic: afterIsoMedia,
  /** Beside the codestream, in a container. ISO/IEC 18181-2 */
  jxl: (codestream: Buffer, content = jumbf()) =>
    Buffer.concat([
      box('JXL ', Buffer.from('0d0a870a', 'hex')),
      box('ftyp', Buffer.from('jxl \0\0\0\0jxl ')),
      content,
      box('jxlc', codestream),
    ]),
  gif: (file: Buffer) => {
    const content = jumbf();
    const block = Buffer.concat([
      Buffer.from('21ff0b', 'hex'),
      Buffer.from('C2PA_GIF\x01\0\0', 'latin1'),
      Buffer.of(content.length),
      content,
      Buffer.of(0),
    ]);
    const tableBytes = 3 * 2 ** (((file[10] ?? 0) & 7) + 1);
    return insert(file, 13 + ((file[10] ?? 0) & 0x80 ? tableBytes : 0), block);
  },
} as const satisfies Record<string, (file: Buffer, content?: Buffer) => Buffer>;

const insert = (file: Buffer, at: number, ...parts: Buffer[]) =>
  Buffer.concat([file.subarray(0, at), ...parts, file.subarray(at)]);
