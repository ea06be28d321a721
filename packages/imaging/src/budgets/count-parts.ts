import { isBmp, readBmpHeader } from '../source/bmp/bmp-header.ts';
import { isGif } from '../source/gif-blocks.ts';
import { boxesIn } from '../source/isobmff.ts';
import { isJpeg } from '../source/jpeg-markers.ts';
import { isJxl, metadataType } from '../source/jxl/jxl-container.ts';
import { isPng } from '../source/png-chunks.ts';
import { type Budgets, type Counts, createTally, type Tally } from './budgets.ts';
import { countAvif } from './count-avif.ts';
import { countGif } from './count-gif.ts';
import { countJpeg } from './count-jpeg.ts';
import { countPng } from './count-png.ts';
import { countTiff } from './count-tiff.ts';
import { countWebp, isWebp } from './count-webp.ts';

/**
 * Counts what a decoder would have to visit, in one pass over the file, without decoding pixels. A damaged file is
 * counted up to the damage: its decoder decides whether to reject it.
 *
 * @throws RejectedImageError `too-complex` over a budget
 */
export function countParts(file: Uint8Array, budgets: Budgets): Counts {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const tally = createTally(budgets);
  if (isJpeg(bytes)) countJpeg(bytes, tally);
  else if (isPng(bytes)) countPng(bytes, tally);
  else if (isGif(bytes)) countGif(bytes, tally);
  else if (isWebp(bytes)) countWebp(bytes, tally);
  else if (isIsoMedia(bytes)) countAvif(bytes, tally);
  else if (isBmp(bytes)) countBmp(bytes, tally);
  else if (isJxl(bytes)) countJxl(bytes, tally);
  else countTiff(bytes, tally);
  return tally.counts;
}

const countBmp = (bytes: Buffer, tally: Tally) => tally.add('profileBytes', readBmpHeader(bytes).profile?.length ?? 0);

function countJxl(bytes: Buffer, tally: Tally): void {
  for (const box of boxesIn(bytes)) {
    tally.add('boxes');
    const type = metadataType(box);
    if (type) tally.add(type === 'Exif' ? 'exifBytes' : 'metadataBytes', box.content.length);
  }
}

const isIsoMedia = (bytes: Buffer) => bytes.toString('latin1', 4, 8) === 'ftyp';
