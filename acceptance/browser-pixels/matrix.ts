import {
  animation,
  asNarrowRange,
  avifFile,
  bmp,
  bmpRows,
  chrm,
  cicp,
  codedAlpha,
  codedColour,
  cornerPicture,
  gama,
  greyProfile,
  iccp,
  patchesPng,
  type RgbSpaceName,
  rgbProfile,
} from '@imagemill/imaging/test-support';
import sharp from 'sharp';

/** A generated picture, and the allowed difference between the engine and the browser. */
export interface Row {
  readonly name: string;
  readonly make: () => Buffer | Promise<Buffer>;
  /** Maximum ΔE 2000 over all cells. */
  readonly within: number;
}

/** Saturated and pale, light and dark; stored values, 0 to 1. */
const colours = [
  [0.9, 0.47, 0.16],
  [0.16, 0.47, 0.9],
  [0.43, 0.67, 0.35],
  [0.5, 0.5, 0.5],
  [1, 1, 1],
  [0.78, 0.12, 0.12],
] as const;
const alphas = [1, 0.8, 0.6, 0.4, 0.2, 0] as const;

const inBits = (bits: number) => (value: number) => Math.round(value * (2 ** bits - 1));
const rgb = (bits: number) => colours.map((colour) => colour.map(inBits(bits)));
const rgba = (bits: number) => colours.map((colour, index) => [...colour, alphas[index] ?? 1].map(inBits(bits)));
const grey = (bits: number) => alphas.map((level) => [level].map(inBits(bits)));
const greyAlpha = (bits: number) => alphas.map((level, index) => [level, alphas[5 - index] ?? 1].map(inBits(bits)));

/** Every combination of one entry of each list. */
const combinations = <A, B, C>(as: readonly A[], bs: readonly B[], cs: readonly C[]): [A, B, C][] =>
  as.flatMap((a) => bs.flatMap((b) => cs.map((c): [A, B, C] => [a, b, c])));

const p3Points = [
  [0.3127, 0.329],
  [0.68, 0.32],
  [0.265, 0.69],
  [0.15, 0.06],
] as const;
const spaces: RgbSpaceName[] = ['srgb-linear', 'p3-linear', 'a98rgb-linear', 'prophoto-linear'];

const pngColours: readonly (readonly [name: string, chunks: readonly Buffer[]])[] = [
  ['no colour information', []],
  ...spaces.map((space) => [`a profile of ${space}`, [iccp(rgbProfile(space))]] as const),
  ['P3 by cICP', [cicp(12, 13)]],
  ['BT.2020 by cICP', [cicp(9, 14)]],
  ['linear by cICP', [cicp(1, 8)]],
  ['linear by gAMA', [gama(1)]],
  ['P3 by gAMA and cHRM', [gama(1 / 2.2), chrm(...p3Points)]],
  ['PQ', [cicp(9, 16)]],
  ['HLG', [cicp(9, 18)]],
];

function pngRows(): Row[] {
  const kinds = [
    ['RGB', rgb],
    ['RGBA', rgba],
  ] as const;
  const ofColours = combinations([8, 16] as const, pngColours, kinds).map(
    ([bits, [said, chunks], [kind, samples]]) => ({
      name: `PNG, ${bits} bits, ${kind}, ${said}`,
      make: () => patchesPng(samples(bits), bits, chunks),
      within: 2,
    }),
  );
  const greyKinds = [
    ['grey', grey],
    ['grey and alpha', greyAlpha],
  ] as const;
  const greyColours = [
    ['no colour information', []],
    ['a grey profile', [iccp(greyProfile(1))]],
    ['linear by gAMA', [gama(1)]],
  ] as const;
  const ofGreys = combinations([8, 16] as const, greyColours, greyKinds).map(
    ([bits, [said, chunks], [kind, samples]]) => ({
      name: `PNG, ${bits} bits, ${kind}, ${said}`,
      make: () => patchesPng(samples(bits), bits, chunks),
      within: 2,
    }),
  );
  const palette = {
    name: 'PNG, palette',
    make: async () =>
      sharp(patchesPng(rgba(8), 8))
        .png({ palette: true })
        .toBuffer(),
    within: 2,
  };
  return [...ofColours, ...ofGreys, palette];
}

const avifColours = [
  ['no colour information', {}],
  ['sRGB', { nclx: { primaries: 1, transfer: 13 } }],
  ['BT.709', { nclx: { primaries: 1, transfer: 1 } }],
  ['P3', { nclx: { primaries: 12, transfer: 13 } }],
  ['BT.2020', { nclx: { primaries: 9, transfer: 14 } }],
  ['linear', { nclx: { primaries: 1, transfer: 8 } }],
  ['narrow', { nclx: { primaries: 1, transfer: 13, fullRange: false } }],
  ['a profile of p3-linear', { profile: rgbProfile('p3-linear') }],
  ['a profile before code points', { profile: rgbProfile('a98rgb-linear'), nclx: { primaries: 12, transfer: 13 } }],
  ['PQ', { nclx: { primaries: 9, transfer: 16 } }],
  ['HLG', { nclx: { primaries: 9, transfer: 18 } }],
] as const;

/** Wide ranges stored in 8 bits: a single step is visible. */
const isHdr = (said: string) => said === 'PQ' || said === 'HLG';

function avifRows(): Row[] {
  const source = (bits: 8 | 10 | 12) => patchesPng(rgba(bits === 8 ? 8 : 16), bits === 8 ? 8 : 16);
  const alphaKinds = ['no alpha', 'alpha', 'narrow alpha'] as const;
  const ofColours = combinations([8, 10, 12] as const, avifColours, alphaKinds)
    // Alpha is decoded separately from colour: one case per depth is enough.
    .filter(([, [said], alpha]) => alpha === 'no alpha' || said === 'P3')
    .map(([bits, [said, parts], kind]) => ({
      name: `AVIF, ${bits} bits, ${kind}, ${said}`,
      make: async () => {
        const alpha = kind === 'no alpha' ? undefined : await codedAlpha(source(bits), bits);
        const opaque = patchesPng(rgb(16), 16);
        const colour = await codedColour(opaque, bits);
        return avifFile({ ...parts, colour, ...(alpha && { alpha: kind === 'alpha' ? alpha : asNarrowRange(alpha) }) });
      },
      within: isHdr(said) ? 4 : 2.5,
    }));
  const mono = combinations([8, 10] as const, ['full', 'narrow'] as const, [0, 1, 2, 3]).map(
    ([bits, range, turns]) => ({
      name: `AVIF, ${bits} bits, monochrome of ${range} range, turned ${turns} times`,
      make: async () => {
        const coded = await codedAlpha(patchesPng(greyAlpha(8), 8), bits);
        return avifFile({ colour: range === 'full' ? coded : asNarrowRange(coded), turns });
      },
      within: 2,
    }),
  );
  const greyProfiles = [
    ['a grey profile', greyProfile(1)],
    ['a profile of prophoto-linear', rgbProfile('prophoto-linear')],
  ] as const;
  const profiledMono = combinations([8, 10, 12] as const, ['full', 'narrow'] as const, greyProfiles).map(
    ([bits, range, [said, profile]]) => ({
      name: `AVIF, ${bits} bits, monochrome of ${range} range, ${said}`,
      make: async () => {
        const coded = await codedAlpha(patchesPng(greyAlpha(8), 8), bits);
        return avifFile({ colour: range === 'full' ? coded : asNarrowRange(coded), profile });
      },
      within: 2,
    }),
  );
  return [...ofColours, ...mono, ...profiledMono];
}

/** Cells are larger than the chroma block shared by two pixels, but cell borders differ between decoders. */
const SHARED_CHROMA = 6;

function jpegRows(): Row[] {
  const corners = () => cornerPicture(48, 32);
  const sampled = combinations(['4:4:4', '4:2:0'] as const, [false, true], [undefined, 'p3'] as const).map(
    ([chromaSubsampling, progressive, profile]) => ({
      name: `JPEG, ${chromaSubsampling}${progressive ? ', progressive' : ''}${profile ? ', P3' : ''}`,
      make: () =>
        (profile ? corners().withIccProfile(profile) : corners())
          .jpeg({ quality: 95, chromaSubsampling, progressive })
          .toBuffer(),
      within: chromaSubsampling === '4:4:4' ? 3 : SHARED_CHROMA,
    }),
  );
  const turned = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => ({
    name: `JPEG, orientation ${orientation}`,
    make: () => corners().withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    within: 3,
  }));
  const greyscale = {
    name: 'JPEG, grey',
    make: () => corners().toColourspace('b-w').jpeg({ quality: 95 }).toBuffer(),
    within: 2,
  };
  // In a marker of the application, after the start of the file.
  const withProfile = (jpeg: Buffer, profile: Buffer) => {
    const content = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
    const marker = Buffer.of(0xff, 0xe2, 0, 0);
    marker.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([jpeg.subarray(0, 2), marker, content, jpeg.subarray(2)]);
  };
  const greyProfiles = [
    ['a grey profile', greyProfile(1)],
    ['a profile of prophoto-linear', rgbProfile('prophoto-linear')],
  ] as const;
  const profiledGrey = greyProfiles.map(([said, profile]) => ({
    name: `JPEG, grey, ${said}`,
    make: async () => withProfile(await greyscale.make(), profile),
    within: 2,
  }));
  return [...sampled, ...turned, greyscale, ...profiledGrey];
}

function webpAndGifRows(): Row[] {
  const source = (alpha: boolean) => sharp(patchesPng(alpha ? rgba(8) : rgb(8), 8));
  const webp = combinations([false, true], [false, true], [undefined, 'p3'] as const).map(
    ([lossless, alpha, profile]) => ({
      name: `WebP, ${lossless ? 'without' : 'with'} loss${alpha ? ', alpha' : ''}${profile ? ', P3' : ''}`,
      make: () =>
        (profile ? source(alpha).withIccProfile(profile) : source(alpha)).webp({ lossless, quality: 95 }).toBuffer(),
      within: lossless ? 2 : SHARED_CHROMA,
    }),
  );
  const frames = [
    { colour: [200, 30, 30], delayMs: 500 },
    { colour: [30, 30, 200], delayMs: 500 },
  ] as const;
  const animated = (['gif', 'webp'] as const).map((format) => ({
    name: `${format}, animated`,
    make: () => animation(16, 16, frames, format),
    within: 2,
  }));
  return [
    ...webp,
    ...animated,
    {
      name: 'GIF, transparent',
      make: () =>
        sharp(
          patchesPng(
            rgba(8).map(([r = 0, g = 0, b = 0, a = 0]) => [r, g, b, a < 128 ? 0 : 255]),
            8,
          ),
        )
          .gif()
          .toBuffer(),
      within: 2,
    },
  ];
}

/** A PNG stores its orientation as EXIF, an AVIF as its own turn and mirror. Chromium ignores that of a WebP. */
const turnedRows = (): Row[] =>
  (['png', 'avif'] as const).flatMap((format) =>
    [2, 3, 4, 5, 6, 7, 8].map((orientation) => ({
      name: `${format}, orientation ${orientation}`,
      make: () => cornerPicture(48, 32).withMetadata({ orientation }).toFormat(format, { lossless: true }).toBuffer(),
      within: 2,
    })),
  );

/** A row of patches as a BMP; in the one of runs, a patch is not drawn. */
async function patchesBmp(kind: 'BGR' | 'BGRA' | 'BGRX' | 'five bits' | 'runs'): Promise<Buffer> {
  const { data, info } = await sharp(patchesPng(rgba(8), 8))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * 4)] as [number, number, number, number];
  const packed = (x: number, y: number) => {
    const [red, green, blue, alpha] = at(x, y);
    return ((alpha * 256 + red) * 256 + green) * 256 + blue;
  };
  const size = { width, height };
  if (kind === 'BGR')
    return bmp({ ...size, bits: 24, data: bmpRows(width, height, 24, (x, y) => packed(x, y) % 2 ** 24) });
  if (kind === 'BGRX') return bmp({ ...size, bits: 32, data: bmpRows(width, height, 32, packed) });
  if (kind === 'BGRA') {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    return bmp({ ...size, bits: 32, size: 124, compression: 3, masks, data: bmpRows(width, height, 32, packed) });
  }
  if (kind === 'five bits') {
    const five = (x: number, y: number) =>
      at(x, y)
        .slice(0, 3)
        .reduce((all, level) => all * 32 + (level >> 3), 0);
    return bmp({ ...size, bits: 16, data: bmpRows(width, height, 16, five) });
  }
  const patch = width / alphas.length;
  const row = [...alphas.keys()].flatMap((index) => (index === 3 ? [0, 2, patch, 0] : [patch, index]));
  const palette = rgb(8).map(([red = 0, green = 0, blue = 0]) => [red, green, blue] as const);
  const runs = Buffer.from([...Array.from({ length: height }, () => [...row, 0, 0]).flat(), 0, 1]);
  return bmp({ ...size, bits: 8, compression: 1, palette, colours: palette.length, data: runs });
}

const bmpKinds = ['BGR', 'BGRA', 'BGRX', 'five bits', 'runs'] as const;
const bmpPictures = (): Row[] =>
  bmpKinds.map((kind) => ({ name: `BMP, ${kind}`, make: () => patchesBmp(kind), within: 2 }));

/** Format × depth × colour information × alpha × orientation × subsampling × animation, in tiny pictures. */
export const matrix: readonly Row[] = [
  ...pngRows(),
  ...avifRows(),
  ...jpegRows(),
  ...webpAndGifRows(),
  ...turnedRows(),
  ...bmpPictures(),
];
