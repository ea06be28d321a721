/** A stored value, 0 to 1, to linear light; 1 is the white of a page. */
type ToLinear = (stored: number) => number;

export interface Transfer {
  readonly toLinear: ToLinear;
  /** Light above white is tone-mapped to the range of an SDR screen: tone-map.ts. */
  readonly hdr?: 'pq' | 'hlg';
}

/** `(a·x + b)^g` above `d`, `c·x` below. */
const parametric =
  (g: number, a: number, b: number, c: number, d: number): ToLinear =>
  (x) =>
    x >= d ? (a * x + b) ** g : c * x;

export const gamma = (exponent: number): Transfer => ({ toLinear: (x) => x ** exponent });

/** https://www.w3.org/TR/css-color-4/#predefined-sRGB */
export const srgb: Transfer = { toLinear: parametric(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045) };

export const toStoredSrgb = (light: number) => (light > 0.0031308 ? 1.055 * light ** (1 / 2.4) - 0.055 : 12.92 * light);

/** The curve of screens for BT.709 and BT.2020, as in browsers: https://www.itu.int/rec/R-REC-BT.1886 */
export const bt1886: Transfer = gamma(2.4);

export const smpte240: Transfer = { toLinear: parametric(1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913) };

/** SMPTE ST 428-1, for digital cinema: white is 48 cd/m², full scale is 52.37 cd/m². */
export const smpte428: Transfer = { toLinear: (x) => (x ** 2.6 * 52.37) / 48 };

export const linear: Transfer = { toLinear: (x) => x };

/** The white of a page, in cd/m², within an HDR picture: https://www.itu.int/pub/R-REP-BT.2408 */
export const REFERENCE_WHITE = 203;

/** https://www.itu.int/rec/R-REC-BT.2100, table 4 */
export const pq: Transfer = {
  hdr: 'pq',
  toLinear: (x) => {
    const [m1, m2] = [2610 / 16_384, (2523 / 4096) * 128];
    const [c1, c2, c3] = [3424 / 4096, (2413 / 4096) * 32, (2392 / 4096) * 32];
    const root = x ** (1 / m2);
    return ((Math.max(0, root - c1) / (c2 - c3 * root)) ** (1 / m1) * 10_000) / REFERENCE_WHITE;
  },
};

/** To scene light, 0 to 1; tone-map.ts converts it to screen light. https://www.itu.int/rec/R-REC-BT.2100, table 5 */
export const hlg: Transfer = {
  hdr: 'hlg',
  toLinear: (x) => {
    const a = 0.17883277;
    const b = 1 - 4 * a;
    const c = 0.5 - a * Math.log(4 * a);
    return x <= 0.5 ? x ** 2 / 3 : (Math.exp((x - c) / a) + b) / 12;
  },
};
