import { effortOf, planRenditions, type VariantSet, variantSets } from '@imagemill/variants';
import type { Compared, Curves } from './curves.ts';

/** The share of views of each size, in per cent: thumbnails are seen most. */
export const views: Readonly<Record<string, number>> = { thumb: 40, small: 25, medium: 20, large: 10, retina: 5 };

export type Coded = 'avif' | 'webp';

/** The effort of each size in one format. */
export type Efforts = Readonly<Record<string, number>>;

/** No photograph of the corpus is large enough for `retina`: its ratios are those of `large`. */
const measuredAs = (size: string) => (size === 'retina' ? 'large' : size);

/** A source of 12 megapixels. */
const SOURCE = { width: 4000, height: 3000 };

export interface PlanCosts {
  /** Mean over the sizes, weighted by their views: bytes at equal quality, and CPU, relative to the reference. */
  readonly atViews: Compared;
  /** CPU of the encodes of one image. */
  readonly cpuMs: number;
}

/**
 * The costs of encoding a format of the product set with these efforts.
 *
 * @param reference an effort that is used for every size
 */
export function costsOf(
  format: Coded,
  efforts: Efforts,
  reference: { effort: number; quality: number },
  curves: ReadonlyMap<string, Curves>,
): PlanCosts {
  const sizes = Object.keys(views).map((size) => {
    const own = curvesOf(curves, size);
    const name = `${format} effort ${efforts[size]}`;
    const compared = own.compare(name, { name: `${format} effort ${reference.effort}`, quality: reference.quality });
    const cpuMs = (own.cpuMsPerMegapixel(name) * pixelsOf(size, format)) / 1e6;
    return { share: (views[size] ?? 0) / 100, compared, cpuMs };
  });
  const weighted = (value: (compared: Compared) => number) =>
    sizes.reduce((sum, { share, compared }) => sum + share * value(compared), 0);
  return {
    atViews: {
      bytes: {
        butteraugli: weighted(({ bytes }) => bytes.butteraugli),
        ssimulacra2: weighted(({ bytes }) => bytes.ssimulacra2),
      },
      cpu: weighted(({ cpu }) => cpu),
    },
    cpuMs: sizes.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

/** The efforts that the product set has now. */
export const currentEfforts = (format: Coded): Efforts =>
  Object.fromEntries(
    productSet()
      .filter((variant) => variant.format === format)
      .map((variant) => [variant.name, variant.effort ?? effortOf(format, variant) ?? 0]),
  );

export const sameEffort = (effort: number): Efforts =>
  Object.fromEntries(Object.keys(views).map((size) => [size, effort]));

const productSet = (): VariantSet => variantSets().get('product') ?? [];

function pixelsOf(size: string, format: Coded): number {
  const plan = planRenditions(SOURCE, productSet()).find(
    ({ variant }) => variant.name === size && variant.format === format,
  );
  if (!plan) throw new Error(`The product set has no ${size}.${format}.`);
  return plan.width * plan.height;
}

function curvesOf(curves: ReadonlyMap<string, Curves>, size: string): Curves {
  const own = curves.get(measuredAs(size));
  if (!own) throw new Error(`${measuredAs(size)} was not measured.`);
  return own;
}
