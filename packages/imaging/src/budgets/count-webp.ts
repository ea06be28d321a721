import { riffChunks } from '../source/riff-chunks.ts';
import type { Tally } from './budgets.ts';

const measures = { ICCP: 'profileBytes', EXIF: 'exifBytes', 'XMP ': 'metadataBytes' } as const;
const isMetadata = (type: string): type is keyof typeof measures => type in measures;

export const isWebp = (bytes: Buffer) =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/** https://developers.google.com/speed/webp/docs/riff_container */
export function countWebp(bytes: Buffer, tally: Tally): void {
  for (const { type, length } of riffChunks(bytes)) {
    tally.add('parts');
    if (type === 'ANMF') tally.add('frames');
    if (isMetadata(type)) tally.add(measures[type], length);
  }
}
