import sharp, { type Sharp } from 'sharp';
import type { Photo } from './labelled-photographs.ts';

/** A change of a known kind and size; its result is an encoded upload. */
export interface Degradation {
  readonly name: string;
  readonly apply: (photo: Photo) => Promise<Buffer>;
}

const jpeg = (image: Sharp, quality = 85) => image.jpeg({ quality }).toBuffer();
const longest = ({ width, height }: Photo) => Math.max(width, height);

/** Gaussian blur, with its σ as a share of the longest side. */
export const blurred = (share: number): Degradation => ({
  name: `blur, σ ${(share * 100).toFixed(1)} % of the longest side`,
  apply: (photo) => jpeg(photo.open().blur(share * longest(photo))),
});

/** Another exposure, in linear light, clipped at white. */
export const exposed = (stops: number): Degradation => ({
  name: `exposure ${stops > 0 ? '+' : '−'}${Math.abs(stops)} stops`,
  apply: async (photo) => {
    const { data, info } = await photo.open().raw().toBuffer({ resolveWithObject: true });
    const levels = Uint8Array.from({ length: 256 }, (_, level) => shown(Math.min(1, light(level) * 2 ** stops)));
    return jpeg(sharp(Buffer.from(data.map((level) => levels[level] as number)), { raw: info }));
  },
});

const light = (level: number) =>
  level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4;
const shown = (linear: number) =>
  Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));

/** Bars or a frame, in shares of the sides. */
export const framed = (name: string, across: number, down: number, background: string): Degradation => ({
  name,
  apply: ({ open, width, height }) => {
    const [x, y] = [Math.round(across * width), Math.round(down * height)];
    return jpeg(open().extend({ left: x, right: x, top: y, bottom: y, background }));
  },
});

export const asItIs: Degradation = { name: 'as it is', apply: ({ open }) => jpeg(open(), 92) };
export const compressed: Degradation = { name: 'JPEG, quality 50', apply: ({ open }) => jpeg(open(), 50) };

/** An ellipse of the photograph on white, as products are shown. */
export const cutOut: Degradation = {
  name: 'cut out, on white',
  apply: async ({ open, width, height }) => {
    const ellipse = `<svg width="${width}" height="${height}"><ellipse cx="50%" cy="50%" rx="28%" ry="32%"/></svg>`;
    const { data, info } = await open().ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const cut = await sharp(data, { raw: info })
      .composite([{ input: Buffer.from(ellipse), blend: 'dest-in' }])
      .raw()
      .toBuffer({ resolveWithObject: true });
    return jpeg(sharp(cut.data, { raw: cut.info }).flatten({ background: '#ffffff' }));
  },
};

/** What sellers do to a picture before they upload it again. */
export const edits: readonly Degradation[] = [
  { name: 'JPEG, quality 40', apply: ({ open }) => jpeg(open(), 40) },
  { name: 'half of its size', apply: ({ open, width }) => jpeg(open().resize(Math.round(width / 2))) },
  { name: '200 px wide', apply: ({ open }) => jpeg(open().resize(200)) },
  { name: 'a fifth brighter', apply: ({ open }) => jpeg(open().modulate({ brightness: 1.2 })) },
  { name: 'sharpened', apply: ({ open }) => jpeg(open().sharpen({ sigma: 1.5 })) },
  { name: 'in grey', apply: ({ open }) => jpeg(open().grayscale()) },
  { name: 'with a small logo', apply: withLogo },
  ...[0.01, 0.03, 0.05].map((share) => ({
    name: `${share * 100} % cropped from each side`,
    apply: ({ open, width, height }: Photo) => {
      const [left, top] = [Math.round(share * width), Math.round(share * height)];
      return jpeg(open().extract({ left, top, width: width - 2 * left, height: height - 2 * top }));
    },
  })),
];

function withLogo({ open, width, height }: Photo): Promise<Buffer> {
  const size = Math.round(Math.min(width, height) / 8);
  const logo = `<svg width="${size}" height="${size}"><circle cx="50%" cy="50%" r="45%" fill="#d22"/></svg>`;
  return jpeg(open().composite([{ input: Buffer.from(logo), gravity: 'southeast' }]));
}
