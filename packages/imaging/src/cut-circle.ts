import type { OverlayOptions } from 'sharp';
import type { Pixels } from './pixels.ts';

const CHANNELS = 4;

/**
 * Makes everything outside of a square RGBA picture's inscribed circle transparent, in place; colours stay. Pixels on
 * the edge keep a share of their alpha, by their distance to it. An SVG mask can't be used: libvips' SVG loader is blocked.
 */
export function cutCircle({ data, raw: { width: side } }: Pixels): void {
  const radius = side / 2;
  for (let y = 0; y < side; y++) {
    const dy = y + 0.5 - radius;
    // In each half of the row: the first column that touches the circle, and the first that is completely inside it.
    const someFrom = Math.max(0, Math.floor(radius - halfChord(radius + 0.5, dy)));
    const solidFrom = Math.ceil(radius - halfChord(radius - 0.5, dy));
    const clear = (from: number, to: number) => {
      for (let x = from; x < to; x++) data[(y * side + x) * CHANNELS + CHANNELS - 1] = 0;
    };
    const thin = (from: number, to: number) => {
      for (let x = from; x < to; x++) {
        const alpha = (y * side + x) * CHANNELS + CHANNELS - 1;
        data[alpha] = Math.round((data[alpha] ?? 0) * shareWithin(radius - Math.hypot(x + 0.5 - radius, dy)));
      }
    };
    clear(0, someFrom);
    thin(someFrom, solidFrom);
    thin(Math.max(solidFrom, side - solidFrom), side - someFrom);
    clear(side - someFrom, side);
  }
}

/** Cuts the same circle from all frames of an animation, which libvips stacks vertically. */
export function circleOverlay(side: number): OverlayOptions {
  const raw = { width: side, height: side, channels: CHANNELS } as const;
  const input = Buffer.alloc(side * side * CHANNELS, 255);
  cutCircle({ data: input, raw });
  return { input, raw, blend: 'dest-in', tile: true, gravity: 'northwest' };
}

const halfChord = (radius: number, distance: number) => Math.sqrt(Math.max(0, radius ** 2 - distance ** 2));

/** 1 from half a pixel inside the edge, 0 from half a pixel outside, linear in between. */
const shareWithin = (pixelsInside: number) => Math.min(1, Math.max(0, pixelsInside + 0.5));
