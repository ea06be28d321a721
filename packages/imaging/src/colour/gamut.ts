export type Point = readonly [x: number, y: number];
export interface Chromaticities {
  readonly white: Point;
  readonly red: Point;
  readonly green: Point;
  readonly blue: Point;
}

export type Matrix = readonly [Row, Row, Row];
type Row = readonly [number, number, number];

export const D65: Point = [0.3127, 0.329];
/** The gamut of BT.709 and sRGB: https://www.itu.int/rec/R-REC-BT.709 */
export const srgbGamut: Chromaticities = { white: D65, red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] };
/** Display P3: https://www.w3.org/TR/css-color-4/#predefined-display-p3 */
export const p3Gamut: Chromaticities = { white: D65, red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] };
/** https://www.itu.int/rec/R-REC-BT.2020 */
export const bt2020Gamut: Chromaticities = {
  white: D65,
  red: [0.708, 0.292],
  green: [0.17, 0.797],
  blue: [0.131, 0.046],
};

/**
 * The matrix from linear RGB of one gamut to linear RGB of another, with Bradford's chromatic adaptation.
 *
 * @throws RangeError if these chromaticities do not span a gamut
 */
export function gamutMatrix(from: Chromaticities, to: Chromaticities): Matrix {
  const adapted = multiply(adaptation(from.white, to.white), toXyz(from));
  return multiply(invert(toXyz(to)), adapted);
}

/** Whether these primaries span a gamut: values in a file can be invalid. */
export function spansGamut(chromaticities: Chromaticities): boolean {
  try {
    return gamutMatrix(chromaticities, srgbGamut).flat().every(Number.isFinite);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** http://www.brucelindbloom.com/index.html?Eqn_RGB_XYZ_Matrix.html */
function toXyz({ white, red, green, blue }: Chromaticities): Matrix {
  const columns = transpose([xyz(red), xyz(green), xyz(blue)]);
  const scale = apply(invert(columns), xyz(white));
  return multiply(columns, diagonal(scale));
}

/** http://www.brucelindbloom.com/index.html?Eqn_ChromAdapt.html */
function adaptation(from: Point, to: Point): Matrix {
  const [source, target] = [apply(bradford, xyz(from)), apply(bradford, xyz(to))];
  const gain: Row = [target[0] / source[0], target[1] / source[1], target[2] / source[2]];
  return multiply(invert(bradford), multiply(diagonal(gain), bradford));
}

const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

const xyz = ([x, y]: Point): Row => [x / y, 1, (1 - x - y) / y];
const diagonal = ([a, b, c]: Row): Matrix => [
  [a, 0, 0],
  [0, b, 0],
  [0, 0, c],
];
const dot = (a: Row, b: Row) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Row, b: Row): Row => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const transpose = ([a, b, c]: Matrix): Matrix => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];
const apply = ([a, b, c]: Matrix, v: Row): Row => [dot(a, v), dot(b, v), dot(c, v)];

function multiply(m: Matrix, n: Matrix): Matrix {
  const columns = transpose(n);
  return [apply(columns, m[0]), apply(columns, m[1]), apply(columns, m[2])];
}

function invert([a, b, c]: Matrix): Matrix {
  const determinant = dot(a, cross(b, c));
  // A negated `>` is also true for NaN, the result of zeros in a file.
  if (!(Math.abs(determinant) > 1e-6)) throw new RangeError('These chromaticities do not span a gamut.');
  const scaled = (row: Row): Row => [row[0] / determinant, row[1] / determinant, row[2] / determinant];
  return transpose([scaled(cross(b, c)), scaled(cross(c, a)), scaled(cross(a, b))]);
}
