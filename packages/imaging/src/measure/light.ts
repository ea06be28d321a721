import type { GreyFrame } from './grey-frame.ts';

/** Levels of luma, 0 to 255, that a share of the pixels does not exceed. */
interface Light {
  /** Of 5 % of the pixels: the darkest part. */
  readonly shadow: number;
  /** Of half of the pixels. */
  readonly middle: number;
  /** Of 95 % of the pixels: what is not the lightest part. */
  readonly highlight: number;
}

const SHARE = 0.05;

/** Of luma: what encoders leave of white. */
const WHITE_MIN = 250;
const PLAIN_SHARE = 0.95;

/** A white background does not count. */
export function lightOf(frame: GreyFrame): Light {
  const counts = new Uint32Array(256);
  const { luma } = frame;
  for (let at = 0; at < luma.length; at++) {
    const level = luma[at] as number;
    counts[level] = (counts[level] as number) + 1;
  }
  const isOnWhite = counts.subarray(0, WHITE_MIN).some((count) => count > 0) && hasWhiteBorder(frame);
  if (isOnWhite) counts.fill(0, WHITE_MIN);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const level = (share: number) => levelAt(counts, share * all);
  return { shadow: level(SHARE), middle: level(0.5), highlight: level(1 - SHARE) };
}

function hasWhiteBorder({ luma, width, height }: GreyFrame): boolean {
  let white = 0;
  const count = (at: number) => {
    if ((luma[at] as number) >= WHITE_MIN) white += 1;
  };
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) count(y * width + x);
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) count(y * width + x);
  return white >= PLAIN_SHARE * 2 * (width + height);
}

function levelAt(counts: Uint32Array, pixels: number): number {
  let seen = 0;
  for (const [level, count] of counts.entries()) {
    seen += count;
    if (seen >= pixels) return level;
  }
  return 255;
}
