import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** An HDR signal is tone-mapped; of a picture with a gain map, the standard picture is shown. */
export const hdrDropped = ({ source: { hdr } }: Examined): WarningOf<'hdr-dropped'> | undefined =>
  hdr ? { code: 'hdr-dropped', hdr } : undefined;
