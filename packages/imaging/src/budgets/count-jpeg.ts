import { APP1, APP2, COMMENT, DHT, DQT, jpegMarkers, SOS } from '../source/jpeg-markers.ts';
import { isFrame } from '../source/jpeg-process.ts';
import type { Tally } from './budgets.ts';

/** A decoder reads every table, although a picture has a few hundred bytes of them for each scan. */
const isTables = (code: number) => code === DHT || code === DQT;
const isApplication = (code: number) => code >= 0xe0 && code <= 0xef;

/** ITU-T T.81, annex B. */
export function countJpeg(bytes: Buffer, tally: Tally): void {
  let pixels = 0;
  for (const { code, from, to } of jpegMarkers(bytes)) {
    tally.add('parts');
    if (isFrame(code) && from + 5 <= bytes.length) pixels = bytes.readUInt16BE(from + 1) * bytes.readUInt16BE(from + 3);
    if (code === SOS) {
      // `pixelsMax` limits the first scan.
      if (tally.counts.scans > 0) tally.add('scanPixels', pixels);
      tally.add('scans');
    }
    if (isTables(code)) tally.add('metadataBytes', to - from);
    if (isApplication(code) || code === COMMENT) countMetadata(code, bytes.subarray(from, to), tally);
  }
}

function countMetadata(code: number, content: Buffer, tally: Tally): void {
  tally.add('metadataBytes', content.length);
  const name = content.toString('latin1', 0, 11);
  if (code === APP1 && name.startsWith('Exif')) tally.add('exifBytes', content.length);
  if (code === APP2 && name === 'ICC_PROFILE') tally.add('profileBytes', content.length);
}
