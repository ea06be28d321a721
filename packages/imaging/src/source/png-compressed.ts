import { type PngChunk, pngChunks } from './png-chunks.ts';

/**
 * What is compressed in a chunk of metadata, behind a keyword, a zero, and in iTXt two flags and two more texts.
 * https://www.w3.org/TR/png-3/#11zTXt, #11iTXt, #11iCCP
 */
export function compressedPart({ type, content }: PngChunk): Buffer | undefined {
  const keyword = content.indexOf(0);
  if (keyword === -1) return undefined;
  if (type === 'zTXt' || type === 'iCCP') return content.subarray(keyword + 2);
  if (type !== 'iTXt' || content[keyword + 1] !== 1) return undefined;
  const language = content.indexOf(0, keyword + 3);
  const translation = language === -1 ? -1 : content.indexOf(0, language + 1);
  return translation === -1 ? undefined : content.subarray(translation + 1);
}

/** Compressed, XMP has a fifth of its size, of which the first MiB is read. */
const XMP_BYTES_MAX = 2 ** 20;
/** Also of zTXt, as libvips writes it. */
const XMP = 'XML:com.adobe.xmp\0';

/**
 * A PNG without compressed texts, except for the first one with XMP: no other is used, and libvips inflates each of them several times in all
 * reads of the file.
 */
export function withoutCompressedTexts(png: Buffer): Buffer {
  const kept: Buffer[] = [];
  let [from, hasXmp] = [0, false];
  for (const chunk of pngChunks(png)) {
    const isText = chunk.type === 'zTXt' || (chunk.type === 'iTXt' && compressedPart(chunk) !== undefined);
    if (!isText) continue;
    const isXmp = chunk.content.toString('latin1', 0, XMP.length) === XMP;
    if (isXmp && !hasXmp && chunk.content.length <= XMP_BYTES_MAX) {
      hasXmp = true;
      continue;
    }
    kept.push(png.subarray(from, chunk.at));
    from = chunk.end;
  }
  return kept.length === 0 ? png : Buffer.concat([...kept, png.subarray(from)]);
}
