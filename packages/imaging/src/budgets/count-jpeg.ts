import { APP1, APP2, COMMENT, DHT, DQT, jpegMarkers, SOS } from '../source/jpeg-markers.ts';
import { isArithmetic, isFrame } from '../source/jpeg-process.ts';
import type { Tally } from './budgets.ts';

/** A decoder reads every table, although a picture has a few hundred bytes of them for each scan. */
const isTables = (code: number) => code === DHT || code === DQT;
/** Less than their part of the CPU, `ARITHMETIC_SCANS`: a photograph of 40 megapixels in the usual ten scans is within the budget. */
const ARITHMETIC_WEIGHT = 5;
const isApplication = (code: number) => code >= 0xe0 && code <= 0xef;

/** ITU-T T.81, annex B. */
export function countJpeg(bytes: Buffer, tally: Tally): void {
  let scanPixels = 0;
  for (const { code, from, to } of jpegMarkers(bytes)) {
    tally.add('parts');
    if (isFrame(code) && from + 5 <= bytes.length) scanPixels = scanPixelsOf(code, bytes.subarray(from));
    if (code === SOS) {
      // `pixelsMax` limits the first scan.
      if (tally.counts.scans > 0) tally.add('scanPixels', scanPixels);
      tally.add('scans');
    }
    if (isTables(code)) tally.add('metadataBytes', to - from);
    if (isApplication(code) || code === COMMENT) countMetadata(code, bytes.subarray(from, to), tally);
  }
}

const scanPixelsOf = (code: number, frame: Buffer) =>
  frame.readUInt16BE(1) * frame.readUInt16BE(3) * (isArithmetic(code) ? ARITHMETIC_WEIGHT : 1);

const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
/**
 * Cameras with modes for depth and VR put a whole second picture there. It is copied, and read by nothing: 24 MB take 0.2 s of CPU and
 * 100 MiB of memory, which is the cost of 8 MB of other metadata.
 */
const EXTENDED_XMP_SHARE = 1 / 3;

function countMetadata(code: number, content: Buffer, tally: Tally): void {
  const isExtendedXmp = code === APP1 && content.toString('latin1', 0, EXTENDED_XMP.length) === EXTENDED_XMP;
  tally.add('metadataBytes', isExtendedXmp ? Math.ceil(content.length * EXTENDED_XMP_SHARE) : content.length);
  const name = content.toString('latin1', 0, 11);
  if (code === APP1 && name.startsWith('Exif')) tally.add('exifBytes', content.length);
  if (code === APP2 && name === 'ICC_PROFILE') tally.add('profileBytes', content.length);
}
