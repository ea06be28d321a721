import type { OverlayOptions } from 'sharp';

const CHANNELS = 4;

/**
 * An overlay that keeps the circle that fills a square picture and makes the rest transparent. Pixels on its edge get
 * their coverage as alpha, from their distance to it. Raw pixels, because libvips' SVG loader is blocked.
 */
export function circleMask(side: number): OverlayOptions {
  const input = Buffer.alloc(side * side * CHANNELS);
  const radius = side / 2;
  for (let y = 0; y < side; y++) {
    const dy = y + 0.5 - radius;
    // Between these two columns, and their mirror images, the edge goes through the row.
    const first = Math.max(0, Math.floor(radius - halfChord(radius + 0.5, dy)));
    const solidFrom = Math.ceil(radius - halfChord(radius - 0.5, dy));
    const row = y * side;
    for (let x = first; x < solidFrom; x++) {
      const alpha = coverage(radius - Math.hypot(x + 0.5 - radius, dy));
      input[(row + x) * CHANNELS + 3] = alpha;
      input[(row + side - 1 - x) * CHANNELS + 3] = alpha;
    }
    input.fill(255, (row + solidFrom) * CHANNELS, (row + Math.max(solidFrom, side - solidFrom)) * CHANNELS);
  }
  const raw = { width: side, height: side, channels: CHANNELS } as const;
  // Tiled for animations: libvips stands their frames below one another.
  return { input, raw, blend: 'dest-in', tile: true, gravity: 'northwest' };
}

const halfChord = (radius: number, distance: number) => Math.sqrt(Math.max(0, radius ** 2 - distance ** 2));

/** 255 half a pixel within the edge, 0 half a pixel without, and in between for the pixel that it goes through. */
const coverage = (pixelsInside: number) => Math.round(255 * Math.min(1, Math.max(0, pixelsInside + 0.5)));
