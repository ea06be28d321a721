import type { OverlayOptions } from 'sharp';

const CHANNELS = 4;

/**
 * An overlay that keeps the ellipse that fills the picture and makes the rest transparent. Pixels on its edge get their
 * coverage as alpha, from their distance to it. Raw pixels, because libvips' SVG loader is blocked.
 */
export function circleMask(width: number, height: number): OverlayOptions {
  const input = Buffer.alloc(width * height * CHANNELS);
  const [radiusX, radiusY] = [width / 2, height / 2];
  for (let y = 0; y < height; y++) {
    const dy = (y + 0.5 - radiusY) / radiusY;
    // Beyond this column, and its mirror image, no pixel of the row is touched.
    const halfWidth = Math.sqrt(Math.max(0, 1 - dy * dy)) * radiusX;
    const first = Math.max(0, Math.floor(radiusX - halfWidth) - 1);
    const solidFrom = Math.min(Math.ceil(radiusX), Math.ceil(radiusX - halfWidth) + 2);
    const row = y * width;
    for (let x = first; x < solidFrom; x++) {
      const alpha = coverage((x + 0.5 - radiusX) / radiusX, dy, Math.min(radiusX, radiusY));
      input[(row + x) * CHANNELS + 3] = alpha;
      input[(row + width - 1 - x) * CHANNELS + 3] = alpha;
    }
    const inside = [(row + solidFrom) * CHANNELS, (row + width - solidFrom) * CHANNELS] as const;
    if (inside[0] < inside[1]) input.fill(255, ...inside);
  }
  return { input, raw: { width, height, channels: CHANNELS }, blend: 'dest-in' };
}

/** 255 within, 0 without, and in between for the pixel that the edge goes through. */
function coverage(dx: number, dy: number, radius: number): number {
  const pixelsInside = (1 - Math.hypot(dx, dy)) * radius;
  return Math.round(255 * Math.min(1, Math.max(0, pixelsInside + 0.5)));
}
