import sharp, { type Sharp } from 'sharp';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Top left, top right, bottom left, bottom right: all different, to detect every rotation and mirroring. */
export const cornerColours = [
  [220, 30, 30],
  [30, 180, 40],
  [40, 60, 210],
  [240, 220, 40],
] as const satisfies Rgb[];

/** A picture of four quarters in the corner colours. */
export function cornerPicture(width: number, height: number): Sharp {
  return fromPixels(width, height, 3, (x, y) => {
    const [topLeft, topRight, bottomLeft, bottomRight] = cornerColours;
    if (y < height / 2) return x < width / 2 ? topLeft : topRight;
    return x < width / 2 ? bottomLeft : bottomRight;
  });
}

/** A smooth picture with some grain; deterministic. */
export function gradientPicture(width: number, height: number): Sharp {
  const random = createRandom(1);
  return fromPixels(width, height, 3, (x, y) => {
    const grain = random() * 16;
    return [(x / width) * 220 + grain, (y / height) * 220 + grain, ((x + y) / (width + height)) * 220 + grain];
  });
}

export function plainPicture(width: number, height: number, [r, g, b]: Rgb, alpha?: number): Sharp {
  const colour = { r, g, b, alpha: alpha ?? 1 };
  return sharp({ create: { width, height, channels: alpha === undefined ? 3 : 4, background: colour } });
}

/** An animation of plain frames, with delays in milliseconds. */
export async function animation(
  width: number,
  height: number,
  frames: readonly { colour: Rgb; delayMs: number }[],
  format: 'gif' | 'webp',
): Promise<Buffer> {
  const stills = await Promise.all(frames.map(({ colour }) => plainPicture(width, height, colour).png().toBuffer()));
  const joined = sharp(stills, { join: { animated: true } });
  const options = { delay: frames.map(({ delayMs }) => delayMs), loop: 3 };
  return joined.toFormat(format, { ...options, ...(format === 'webp' && { lossless: true }) }).toBuffer();
}

export function fromPixels(
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
  colourAt: (x: number, y: number) => readonly number[],
): Sharp {
  const data = Buffer.alloc(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Not `data.set`, which takes ten times as long for so few bytes.
      const colour = colourAt(x, y);
      for (let channel = 0; channel < channels; channel++) data[at++] = colour[channel] ?? 0;
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** Numbers from 0 up to, but excluding, 1; the same sequence for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
