import sharp from 'sharp';
import { blockLetters, shareOfHeight } from './block-letters.ts';
import type { Degradation } from './degradations.ts';
import type { Photo } from './labelled-photographs.ts';

/** What a kind of frame is drawn with: a picture's size, and choices that are the same in each run. */
export interface Brush {
  readonly width: number;
  readonly height: number;
  /** Pixels between two shares of the shorter side. */
  readonly share: (least: number, most: number) => number;
  readonly pick: <T>(...from: readonly T[]) => T;
}

const kind = (name: string, draw: (brush: Brush) => string): Degradation => ({
  name,
  async apply(photo) {
    const { width, height } = photo;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${draw(brushFor(photo, name))}</svg>`;
    return photo
      .open()
      .composite([{ input: Buffer.from(svg) }])
      .jpeg({ quality: 88 })
      .toBuffer();
  },
});

/** The choices of a photograph and a kind. */
export function brushFor({ name, width, height }: Photo, seed: string): Brush {
  let state = [...name, ...seed].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619),
    2_166_136_261,
  );
  // Mulberry32.
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    width,
    height,
    share: (least, most) => Math.round((least + random() * (most - least)) * Math.min(width, height)),
    pick: (...from) => from[Math.floor(random() * from.length)] as (typeof from)[number],
  };
}

const colour = ({ pick }: Brush) =>
  pick('#ffffff', '#000000', '#d4213d', '#c9a227', '#1d3461', '#2e7d4f', '#e884b0', '#7d8288');
const contrast = (under: string) => (['#ffffff', '#c9a227', '#e884b0'].includes(under) ? '#111111' : '#ffffff');

const outline = ({ width, height }: Brush, inset: number, stroke: number, paint: string, radius = 0) =>
  `<rect x="${inset + stroke / 2}" y="${inset + stroke / 2}" width="${width - 2 * inset - stroke}" height="${height - 2 * inset - stroke}" rx="${radius}" fill="none" stroke="${paint}" stroke-width="${stroke}"/>`;

interface Opening {
  readonly top: number;
  readonly side: number;
  readonly bottom: number;
}

/** The area around an opening. */
const border = ({ width, height }: Brush, { top, side, bottom }: Opening, fill: string) =>
  `<path fill-rule="evenodd" d="M0 0H${width}V${height}H0ZM${side} ${top}H${width - side}V${height - bottom}H${side}Z" ${fill}/>`;
const around = (brush: Brush, thickness: number, fill: string) =>
  border(brush, { top: thickness, side: thickness, bottom: thickness }, fill);

const words = ({ width, pick }: Brush, top: number, height: number, paint: string) => {
  const text = pick('SALE', 'NEW', '% SALE %', 'ONE NEW SALE');
  const left = pick(0.05, 0.5, 0.95) * Math.max(0, width - shareOfHeight(text) * height);
  return `<path transform="translate(${left} ${top})" fill="${paint}" d="${blockLetters(text, height)}"/>`;
};

const bar = ({ width }: Brush, top: number, height: number, fill: string) =>
  `<rect y="${top}" width="${width}" height="${height}" ${fill}/>`;

/** A bar with a text in its middle. */
const banner = (brush: Brush, top: number, height: number, paint: string) =>
  bar(brush, top, height, `fill="${paint}"`) + words(brush, top + 0.27 * height, 0.46 * height, contrast(paint));

/** Frames that are drawn over a picture. */
export const drawnFrames: readonly Degradation[] = [
  kind('a line', (brush) => outline(brush, brush.share(0.02, 0.07), brush.share(0.005, 0.012), colour(brush))),
  kind('a line with round corners', (brush) =>
    outline(brush, brush.share(0.02, 0.07), brush.share(0.005, 0.012), colour(brush), brush.share(0.03, 0.1)),
  ),
  kind('two lines', (brush) => {
    const [inset, stroke, paint] = [brush.share(0.02, 0.05), brush.share(0.004, 0.009), colour(brush)];
    return outline(brush, inset, stroke, paint) + outline(brush, inset + 3 * stroke, stroke, paint);
  }),
  kind('a line with ornaments in the corners', (brush) => {
    const [inset, stroke, paint] = [brush.share(0.03, 0.06), brush.share(0.005, 0.01), colour(brush)];
    const places = [inset, brush.width - inset].flatMap((x) => [inset, brush.height - inset].map((y) => [x, y]));
    const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="${4 * stroke}" fill="${paint}"/>`);
    return outline(brush, inset, stroke, paint) + dots.join('');
  }),
  kind('a gradient', (brush) => {
    const stops = `<stop stop-color="${colour(brush)}"/><stop offset="1" stop-color="${colour(brush)}"/>`;
    const gradient = `<linearGradient id="fill" x2="1" y2="${brush.pick(0, 1)}">${stops}</linearGradient>`;
    return gradient + around(brush, brush.share(0.03, 0.09), 'fill="url(#fill)"');
  }),
  kind('stripes', (brush) => {
    const [step, paint] = [brush.share(0.02, 0.05), colour(brush)];
    const stripes = `<rect width="${step}" height="${step}" fill="${paint}"/><rect width="${step / 2}" height="${step}" fill="${contrast(paint)}"/>`;
    return `<pattern id="fill" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(${brush.pick(30, 45, 60)})">${stripes}</pattern>${around(brush, brush.share(0.03, 0.09), 'fill="url(#fill)"')}`;
  }),
  kind('dots', (brush) => {
    const [step, paint] = [brush.share(0.02, 0.05), colour(brush)];
    const dots = `<rect width="${step}" height="${step}" fill="${paint}"/><circle cx="${step / 2}" cy="${step / 2}" r="${step / 4}" fill="${contrast(paint)}"/>`;
    return `<pattern id="fill" width="${step}" height="${step}" patternUnits="userSpaceOnUse">${dots}</pattern>${around(brush, brush.share(0.03, 0.09), 'fill="url(#fill)"')}`;
  }),
  kind('grain of wood', (brush) => {
    const grain = `<filter id="grain" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency="0.01 0.3" numOctaves="3"/><feColorMatrix values="0.5 0 0 0 0.25 0.4 0 0 0 0.1 0.2 0 0 0 0.05 0 0 0 0 1"/></filter>`;
    const thickness = brush.share(0.04, 0.09);
    const clip = `<clipPath id="ring">${around(brush, thickness, 'clip-rule="evenodd"')}</clipPath>`;
    return `${grain}${clip}<g clip-path="url(#ring)"><rect width="100%" height="100%" filter="url(#grain)"/></g>`;
  }),
  kind('one colour with round corners', (brush) => {
    const [inset, radius, { width, height }] = [brush.share(0.02, 0.07), brush.share(0.04, 0.12), brush];
    const opening = `M${inset + radius} ${inset}H${width - inset - radius}a${radius} ${radius} 0 0 1 ${radius} ${radius}V${height - inset - radius}a${radius} ${radius} 0 0 1 ${-radius} ${radius}H${inset + radius}a${radius} ${radius} 0 0 1 ${-radius} ${-radius}V${inset + radius}a${radius} ${radius} 0 0 1 ${radius} ${-radius}Z`;
    return `<path fill-rule="evenodd" fill="${colour(brush)}" d="M0 0H${width}V${height}H0Z${opening}"/>`;
  }),
  kind('one colour with a text below', (brush) => {
    const [side, bottom, paint] = [brush.share(0.02, 0.05), brush.share(0.12, 0.2), colour(brush)];
    const frame = border(brush, { top: side, side, bottom }, `fill="${paint}"`);
    return frame + words(brush, brush.height - 0.7 * bottom, 0.4 * bottom, contrast(paint));
  }),
  kind('bars with texts', (brush) => {
    const [height, paint] = [brush.share(0.1, 0.18), colour(brush)];
    return banner(brush, 0, height, paint) + banner(brush, brush.height - height, height, paint);
  }),
  kind('one bar with a text', (brush) => {
    const height = brush.share(0.1, 0.18);
    return banner(brush, brush.pick(0, brush.height - height), height, colour(brush));
  }),
  kind('a transparent border', (brush) =>
    around(
      brush,
      brush.share(0.03, 0.09),
      `fill="${brush.pick('#ffffff', '#000000')}" fill-opacity="${brush.pick(0.35, 0.5, 0.65)}"`,
    ),
  ),
];

/** Half transparent, at two sides only. */
export const transparentBars: Degradation = kind('transparent bars', (brush) => {
  const height = brush.share(0.08, 0.15);
  const fill = `fill="${brush.pick('#ffffff', '#000000')}" fill-opacity="${brush.pick(0.35, 0.5, 0.65)}"`;
  return bar(brush, 0, height, fill) + bar(brush, brush.height - height, height, fill);
});

/** Marks within a picture, which are no frames. */
export const marks: readonly Degradation[] = [
  kind('a transparent text in the middle', (brush) => {
    const height = brush.share(0.08, 0.14);
    const left = (brush.width - shareOfHeight('SALE') * height) / 2;
    return `<path transform="translate(${left} ${(brush.height - height) / 2})" fill="#ffffff" fill-opacity="0.4" d="${blockLetters('SALE', height)}"/>`;
  }),
  kind('a transparent text, repeated', (brush) => {
    const height = brush.share(0.03, 0.05);
    const [across, down] = [(shareOfHeight('SALE') + 2) * height, 4 * height];
    const text = `<path fill="#ffffff" fill-opacity="0.4" d="${blockLetters('SALE', height)}"/>`;
    return `<pattern id="fill" width="${across}" height="${down}" patternUnits="userSpaceOnUse" patternTransform="rotate(-30)">${text}</pattern><rect width="100%" height="100%" fill="url(#fill)"/>`;
  }),
];

/** Bars at the left and right that show a blurred, enlarged copy of the picture. */
export const blurredBars: Degradation = {
  name: 'bars with a blurred copy',
  async apply({ open, width, height }) {
    const across = Math.round(width * 1.5);
    const copy = await sharp(await open().resize(across, height).png().toBuffer())
      .blur(0.03 * height)
      .toBuffer();
    return sharp(copy)
      .composite([{ input: await open().png().toBuffer() }])
      .jpeg({ quality: 88 })
      .toBuffer();
  },
};
