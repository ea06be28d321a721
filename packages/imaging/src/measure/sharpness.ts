import type { GreyFrame } from './grey-frame.ts';

/** Tiles in each direction: of a picture with a blurred background, some show what is in focus. */
const TILES = 8;
/** The share of tiles that counts, the sharpest ones. */
const SHARPEST = 0.1;

/**
 * The variance of the Laplacian, as the mean of the sharpest tenth of the tiles; 0 for a picture that is too small for tiles.
 * J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000.
 */
export function sharpness({ luma, width, height }: GreyFrame): number {
  const variances: number[] = [];
  for (let row = 0; row < TILES; row++) {
    for (let column = 0; column < TILES; column++) {
      const [left, right] = [edge(column, width), edge(column + 1, width)];
      const [top, bottom] = [edge(row, height), edge(row + 1, height)];
      if (right > left && bottom > top) variances.push(varianceIn({ luma, width, height }, left, top, right, bottom));
    }
  }
  if (variances.length === 0) return 0;
  const sharpest = variances.sort((a, b) => b - a).slice(0, Math.ceil(variances.length * SHARPEST));
  return sharpest.reduce((sum, variance) => sum + variance, 0) / sharpest.length;
}

/** The outermost pixels have no neighbours. */
const edge = (tile: number, side: number) => 1 + Math.round((tile * (side - 2)) / TILES);

function varianceIn({ luma, width }: GreyFrame, left: number, top: number, right: number, bottom: number): number {
  let [sum, squares] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = y * width + left; at < y * width + right; at++) {
      const around = at4(luma, at, width);
      const laplacian = around - 4 * (luma[at] as number);
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const count = (right - left) * (bottom - top);
  return squares / count - (sum / count) ** 2;
}

const at4 = (luma: Uint8Array, at: number, width: number) =>
  (luma[at - 1] as number) + (luma[at + 1] as number) + (luma[at - width] as number) + (luma[at + width] as number);
