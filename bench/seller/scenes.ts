import sharp from 'sharp';
import type { Degradation } from './degradations.ts';
import { type Brush, brushFor } from './drawn-frames.ts';

/** A picture frame, window or screen that contains the photograph, taken by hand: it fills the picture and is slightly tilted. */
const scene = (name: string, border: (brush: Brush, thickness: number) => string): Degradation => ({
  name,
  async apply(photo) {
    const brush = brushFor(photo, name);
    const { width, height } = photo;
    const thickness = brush.share(0.02, 0.08);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${border(brush, thickness)}</svg>`;
    const { data } = await photo
      .open()
      .composite([{ input: Buffer.from(svg) }])
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const wall = brush.pick([214, 208, 196], [150, 160, 170], [246, 246, 244], [96, 84, 76]);
    const light = brush.pick(-0.25, -0.15, 0.15, 0.25);
    const seen = photographed({ data, width, height }, cornersOf(brush), wall, light);
    return sharp(seen, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 88 })
      .toBuffer();
  },
});

type Point = readonly [x: number, y: number];

/** Where the corners of the thing are: each side has a margin of its own, and each corner is a little off. */
function cornersOf({ width, height, share }: Brush): Point[] {
  const [left, right, top, bottom] = [share(0.01, 0.12), share(0.01, 0.12), share(0.01, 0.12), share(0.01, 0.12)];
  const off = () => share(-0.02, 0.02);
  return [
    [left + off(), top + off()],
    [width - right + off(), top + off()],
    [width - right + off(), height - bottom + off()],
    [left + off(), height - bottom + off()],
  ];
}

interface Thing {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The thing in front of a wall, in perspective, with light from one side and the grain of a sensor. */
function photographed(
  { data, width, height }: Thing,
  corners: readonly Point[],
  wall: readonly number[],
  light: number,
): Buffer {
  const to = inverse(squareTo(corners));
  const seen = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const w = to[6] * x + to[7] * y + to[8];
      const [u, v] = [(to[0] * x + to[1] * y + to[2]) / w, (to[3] * x + to[4] * y + to[5]) / w];
      const isInside = u >= 0 && u < 1 && v >= 0 && v < 1;
      const from = 3 * (Math.floor(v * height) * width + Math.floor(u * width));
      const lit = 1 + light * (x / width - 0.5) - Math.abs(light) * 0.5 * (y / height - 0.5);
      const grain = ((x * 7919 + y * 104_729) % 7) - 3;
      for (let channel = 0; channel < 3; channel++) {
        const level = lit * ((isInside ? data[from + channel] : wall[channel]) as number);
        seen[3 * (y * width + x) + channel] = Math.max(0, Math.min(255, level + grain));
      }
    }
  }
  return seen;
}

type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** The projective transform of the unit square to a quadrilateral. P. Heckbert, Fundamentals of Texture Mapping, 1989, 2.2.3. */
function squareTo(corners: readonly Point[]): Matrix {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners as readonly [Point, Point, Point, Point];
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const area = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(dx3 * dy2 - dx2 * dy3) / area, (dx1 * dy3 - dx3 * dy1) / area];
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

/** Its adjugate: a projective transform has no scale. */
const inverse = ([a, b, c, d, e, f, g, h, i]: Matrix): Matrix => [
  ...([e * i - f * h, c * h - b * i, b * f - c * e] as const),
  ...([f * g - d * i, a * i - c * g, c * d - a * f] as const),
  ...([d * h - e * g, b * g - a * h, a * e - b * d] as const),
];

const edge = ({ width, height }: Brush, inset: number, stroke: number, paint: string) =>
  `<rect x="${inset + stroke / 2}" y="${inset + stroke / 2}" width="${width - 2 * inset - stroke}" height="${height - 2 * inset - stroke}" fill="none" stroke="${paint}" stroke-width="${stroke}"/>`;
const post = (x: number, y: number, width: number, height: number) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="#f4f2ec"/>`;

/** Photographs that contain something like a frame, and have none. */
export const scenes: readonly Degradation[] = [
  scene('a framed picture on a wall', (brush, thickness) => {
    const wood = brush.pick('#3a2a1c', '#8a6a3f', '#111111', '#c9a227');
    return edge(brush, thickness, 1.5 * thickness, '#f3efe6') + edge(brush, 0, thickness, wood);
  }),
  scene('a window', (brush, thickness) => {
    const { width, height } = brush;
    const bars = post(width / 2 - thickness / 2, 0, thickness, height) + post(0, 0.4 * height, width, thickness);
    return edge(brush, 0, thickness, '#f4f2ec') + bars;
  }),
  scene('a screen', (brush, thickness) => edge(brush, 0, 0.6 * thickness, '#17181a')),
];
