import { gaussian, opsinAbsorbance, opsinBias, weights } from './ssimulacra2-constants.ts';

/** Opaque sRGB pixels, 8 bits per channel: three bytes per pixel. */
export interface RgbPixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

type Planes = readonly [Float32Array, Float32Array, Float32Array];

/** One of the scales at which two pictures are compared. */
interface Scale {
  readonly width: number;
  readonly height: number;
  /** X, Y and B−Y of XYB, moved to the range of 0 to 1. */
  readonly xyb: Planes;
  readonly means: Planes;
  /** The blurred squares of `xyb`. */
  readonly squares: Planes;
}

const SCALES = 6;
const SIDE_MIN = 8;

/**
 * SSIMULACRA 2.1 by Jon Sneyers: 100 for equal pictures, 90 for differences that are not visible, 70 for high quality, down to negative
 * values. https://github.com/cloudinary/ssimulacra2
 *
 * @returns scores a picture of the same size against the reference. About 0.5 s of CPU per megapixel.
 * @throws Error for a picture of another size
 */
export function createSsimulacra2(reference: RgbPixels): (distorted: RgbPixels) => number {
  const originals = scalesOf(reference);
  return (distorted) => {
    if (distorted.width !== reference.width || distorted.height !== reference.height)
      throw new Error('SSIMULACRA 2 compares pictures of the same size.');
    const norms = scalesOf(distorted).map((scale, index) => compare(originals[index] as Scale, scale));
    return scoreOf(norms);
  };
}

function scalesOf(pixels: RgbPixels): Scale[] {
  const scales: Scale[] = [];
  let { width, height } = pixels;
  let linear = linearPlanes(pixels);
  while (scales.length < SCALES && width >= SIDE_MIN && height >= SIDE_MIN) {
    if (scales.length > 0) {
      linear = linear.map((plane) => halved(plane, width, height)) as unknown as Planes;
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    }
    const xyb = toXyb(linear);
    const blurEach = (planes: Planes) => planes.map((plane) => blurred(plane, width, height)) as unknown as Planes;
    scales.push({ width, height, xyb, means: blurEach(xyb), squares: blurEach(products(xyb, xyb)) });
  }
  return scales;
}

/** Two norms of each of three error maps, by channel: of the structure, of added edges, and of lost edges. */
function compare(original: Scale, distorted: Scale): number[][] {
  const { width, height } = original;
  const mixed = products(original.xyb, distorted.xyb);
  return ([0, 1, 2] as const).map((channel) => {
    const covariance = blurred(mixed[channel], width, height);
    const of = ({ xyb, means, squares }: Scale) => ({
      values: xyb[channel],
      means: means[channel],
      squares: squares[channel],
    });
    return channelNorms(of(original), of(distorted), covariance);
  });
}

interface Channel {
  readonly values: Float32Array;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

const C2 = 0.0009;

function channelNorms(a: Channel, b: Channel, covariance: Float32Array): number[] {
  const [structure, added, lost] = [
    [0, 0],
    [0, 0],
    [0, 0],
  ] as [Sums, Sums, Sums];
  const pixels = covariance.length;
  for (let at = 0; at < pixels; at++) {
    const meanA = a.means[at] as number;
    const meanB = b.means[at] as number;
    const shared = 2 * ((covariance[at] as number) - meanA * meanB) + C2;
    const own = (a.squares[at] as number) - meanA * meanA + (b.squares[at] as number) - meanB * meanB + C2;
    add(structure, Math.max(0, 1 - ((1 - (meanA - meanB) ** 2) * shared) / own));
    const edges =
      (1 + Math.abs((b.values[at] as number) - meanB)) / (1 + Math.abs((a.values[at] as number) - meanA)) - 1;
    add(added, Math.max(0, edges));
    add(lost, Math.max(0, -edges));
  }
  const norms = [structure, added, lost].map(([sum, ofFourths]) => [sum / pixels, (ofFourths / pixels) ** 0.25]);
  return [0, 1].flatMap((norm) => norms.map((pair) => pair[norm] as number));
}

type Sums = [sum: number, ofFourths: number];

function add(sums: Sums, error: number): void {
  sums[0] += error;
  sums[1] += error * error * error * error;
}

/** The weights follow each other without gaps: a small picture, with fewer scales, does not use the last ones. */
function scoreOf(norms: readonly number[][][]): number {
  const inOrder = [0, 1, 2].flatMap((channel) => norms.flatMap((scale) => scale[channel] as number[]));
  const sum = inOrder.reduce((total, norm, index) => total + (weights[index] as number) * norm, 0) * 0.9562382616834844;
  const error = 2.326765642916932 * sum - 0.020884521182843837 * sum ** 2 + 6.248496625763138e-5 * sum ** 3;
  return error > 0 ? 100 - 10 * error ** 0.6276336467831387 : 100;
}

const lightOfLevel = Float32Array.from({ length: 256 }, (_, level) => {
  const stored = level / 255;
  return stored <= 0.04045 ? stored / 12.92 : ((stored + 0.055) / 1.055) ** 2.4;
});

function linearPlanes({ data, width, height }: RgbPixels): Planes {
  const planes = emptyPlanes(width * height);
  for (const [channel, plane] of planes.entries())
    for (let at = 0; at < plane.length; at++) plane[at] = lightOfLevel[data[at * 3 + channel] as number] as number;
  return planes;
}

function toXyb([red, green, blue]: Planes): Planes {
  const [x, y, b] = emptyPlanes(red.length);
  const [long, medium, short] = opsinAbsorbance;
  const bias = Math.cbrt(opsinBias);
  for (let at = 0; at < red.length; at++) {
    const cone = (shares: readonly [number, number, number]) =>
      shares[0] * (red[at] as number) + shares[1] * (green[at] as number) + shares[2] * (blue[at] as number);
    const l = Math.cbrt(cone(long) + opsinBias) - bias;
    const m = Math.cbrt(cone(medium) + opsinBias) - bias;
    const s = Math.cbrt(cone(short) + opsinBias) - bias;
    x[at] = (14 * (l - m)) / 2 + 0.42;
    y[at] = (l + m) / 2 + 0.01;
    b[at] = s - (l + m) / 2 + 0.55;
  }
  return [x, y, b];
}

/** The mean of 2×2 pixels; the last column and row are repeated. */
function halved(plane: Float32Array, width: number, height: number): Float32Array {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < w; x++) {
      const [left, right] = [2 * x, Math.min(2 * x + 1, width - 1)];
      const sum = (plane[upper + left] as number) + (plane[upper + right] as number);
      half[y * w + x] = (sum + (plane[lower + left] as number) + (plane[lower + right] as number)) / 4;
    }
  }
  return half;
}

function products(a: Planes, b: Planes): Planes {
  return a.map((plane, channel) => {
    const other = b[channel] as Float32Array;
    const product = new Float32Array(plane.length);
    for (let at = 0; at < product.length; at++) product[at] = (plane[at] as number) * (other[at] as number);
    return product;
  }) as unknown as Planes;
}

const emptyPlanes = (length: number): Planes => [
  new Float32Array(length),
  new Float32Array(length),
  new Float32Array(length),
];

const [CENTRE, FIRST, SECOND, THIRD, FOURTH] = gaussian;
const BORDER = gaussian.length - 1;

/** Outside of the picture, everything is 0. */
function blurred(plane: Float32Array, width: number, height: number): Float32Array {
  const stride = width + 2 * BORDER;
  const start = BORDER * stride + BORDER;
  const padded = new Float32Array(stride * (height + 2 * BORDER));
  for (let y = 0; y < height; y++) padded.set(plane.subarray(y * width, (y + 1) * width), start + y * stride);
  const rows = new Float32Array(padded.length);
  const both = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const from = start + y * stride;
    for (let at = from; at < from + width; at++) rows[at] = weighted(padded, at, 1);
  }
  for (let y = 0; y < height; y++) {
    const from = start + y * stride;
    for (let x = 0; x < width; x++) both[y * width + x] = weighted(rows, from + x, stride);
  }
  return both;
}

/** The sum of a value and its neighbours in steps of `step`. */
function weighted(values: Float32Array, at: number, step: number): number {
  return (
    CENTRE * (values[at] as number) +
    FIRST * ((values[at - step] as number) + (values[at + step] as number)) +
    SECOND * ((values[at - 2 * step] as number) + (values[at + 2 * step] as number)) +
    THIRD * ((values[at - 3 * step] as number) + (values[at + 3 * step] as number)) +
    FOURTH * ((values[at - 4 * step] as number) + (values[at + 4 * step] as number))
  );
}
