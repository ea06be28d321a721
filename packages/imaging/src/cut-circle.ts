import type { OverlayOptions } from 'sharp';
import type { Pixels } from './pixels.ts';

const CHANNELS = 4;

/**
 * Keeps the circle that fills a square picture with alpha, and makes the rest transparent, in place; colours stay. A pixel
 * on the edge keeps the share of its alpha that its distance to the edge says. Computed, because libvips' SVG loader is blocked.
 */
export function cutCircle({ data, raw: { width: side } }: Pixels): void {
  const radius = side / 2;
  for (let y = 0; y < side; y++) {
    const dy = y + 0.5 - radius;
    // In each half of the row: from which column on there is any circle, and from which on nothing else.
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

/** Does the same to the frames of an animation, which libvips stands below one another. */
export function circleOverlay(side: number): OverlayOptions {
  const raw = { width: side, height: side, channels: CHANNELS } as const;
  const input = Buffer.alloc(side * side * CHANNELS, 255);
  cutCircle({ data: input, raw });
  return { input, raw, blend: 'dest-in', tile: true, gravity: 'northwest' };
}

const halfChord = (radius: number, distance: number) => Math.sqrt(Math.max(0, radius ** 2 - distance ** 2));

/** 1 half a pixel within the edge, 0 half a pixel without, and in between for the pixel that it goes through. */
const shareWithin = (pixelsInside: number) => Math.min(1, Math.max(0, pixelsInside + 0.5));
