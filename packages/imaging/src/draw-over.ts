import type { Area } from '@imagemill/variants';
import type { Raw } from 'sharp';
import type { Pixels } from './pixels.ts';

const RGBA = 4;
const OPAQUE = 255;

/**
 * Draws RGBA pixels over a picture, in place. libvips would composite in floating point, and the whole picture.
 *
 * @param area of the size of the source; what is beyond the picture is not drawn
 */
export function drawOver({ data, raw }: Pixels, source: Buffer, { left, top, width, height }: Area): void {
  const [start, end] = [Math.max(0, -left), Math.min(width, raw.width - left)];
  for (let y = Math.max(0, -top); y < Math.min(height, raw.height - top); y++) {
    const row = y * width * RGBA;
    let to = ((top + y) * raw.width + left + start) * raw.channels;
    for (let from = row + start * RGBA; from < row + end * RGBA; from += RGBA, to += raw.channels) {
      blend(source, from, data, to, raw.channels);
    }
  }
}

/** "Over" of colours that are not premultiplied: https://www.w3.org/TR/compositing-1/#simplealphacompositing */
function blend(source: Buffer, from: number, target: Buffer, to: number, channels: Raw['channels']): void {
  const above = (source[from + RGBA - 1] as number) / OPAQUE;
  if (above === 0) return;
  const below = channels === RGBA ? ((target[to + RGBA - 1] as number) / OPAQUE) * (1 - above) : 1 - above;
  for (let channel = 0; channel < 3; channel++) {
    const mixed = (source[from + channel] as number) * above + (target[to + channel] as number) * below;
    target[to + channel] = Math.round(mixed / (above + below));
  }
  if (channels === RGBA) target[to + RGBA - 1] = Math.round(OPAQUE * (above + below));
}
