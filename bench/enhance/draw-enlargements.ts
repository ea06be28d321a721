import sharp, { type OverlayOptions } from 'sharp';
import type { RgbPixels } from '../frontier/ssimulacra2.ts';
import { type Change, opened } from './damages.ts';

const SHEET = new URL('../../docs/images/enlarged.webp', import.meta.url);
/** The middle of each picture, with twice the pixels on each side. */
const MIDDLE_PX = 180;
const CELL_PX = 2 * MIDDLE_PX;
const GAP_PX = 6;

/** One row per photograph: the undamaged one, then each enlargement of its damaged half, without smoothing. */
export async function drawEnlargements(
  rows: readonly { readonly whole: RgbPixels; readonly damagedHalf: RgbPixels }[],
  enlargers: readonly Change[],
): Promise<void> {
  const cells: OverlayOptions[] = [];
  for (const [row, { whole, damagedHalf }] of rows.entries()) {
    const pictures = [whole];
    for (const enlarge of enlargers) pictures.push(await enlarge(damagedHalf));
    for (const [column, picture] of pictures.entries()) {
      const [left, top] = [column * (CELL_PX + GAP_PX), row * (CELL_PX + GAP_PX)];
      cells.push({ input: await middleOf(picture), left, top });
    }
  }
  const [width, height] = [1 + enlargers.length, rows.length].map((count) => count * (CELL_PX + GAP_PX) - GAP_PX);
  await sharp({ create: { width: width ?? 1, height: height ?? 1, channels: 3, background: '#ffffff' } })
    .composite(cells)
    .webp({ quality: 88 })
    .toFile(SHEET.pathname);
}

async function middleOf(picture: RgbPixels): Promise<Buffer> {
  const [left, top] = [picture.width, picture.height].map((side) => Math.floor((side - MIDDLE_PX) / 2));
  const middle = await opened(picture)
    .extract({ left: left ?? 0, top: top ?? 0, width: MIDDLE_PX, height: MIDDLE_PX })
    .png()
    .toBuffer();
  return sharp(middle).resize(CELL_PX, CELL_PX, { kernel: 'nearest' }).png().toBuffer();
}
