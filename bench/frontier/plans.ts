import { planRenditions, type RenditionPlan, settingsOfSize, type VariantSet, variantSets } from '@imagemill/variants';
import { type Compared, type Curves, type Metric, metrics } from './curves.ts';
import { settingName } from './settings.ts';

/** The share of views of each size, in per cent: thumbnails are seen most. */
export const views: Readonly<Record<string, number>> = { thumb: 40, small: 25, medium: 20, large: 10, retina: 5 };

export type Coded = 'avif' | 'webp';

/** The name of the setting for each size in one format. */
export type Plan = Readonly<Record<string, string>>;

/** A source of 12 megapixels. */
const SOURCE = { width: 4000, height: 3000 };

export interface PlanCosts {
  /**
   * Mean of the ratios of the sizes, weighted by their views: bytes at equal quality, and CPU, relative to the reference. It is that of one
   * view, whatever its size.
   */
  readonly atViews: Compared;
  /** All bytes of the views, relative to the reference's: mostly those of the largest sizes. */
  readonly allBytes: Compared['bytes'];
  /** CPU of the encodes of one image. */
  readonly cpuMs: number;
}

/**
 * The costs of encoding a format of the product set with these settings.
 *
 * @param reference a setting that is used for every size
 */
export function costsOf(
  format: Coded,
  plan: Plan,
  reference: { name: string; quality: number },
  curves: ReadonlyMap<string, Curves>,
): PlanCosts {
  const sizes = Object.keys(views).map((size) => {
    const own = curvesOf(curves, size);
    const name = plan[size] ?? '';
    const megapixels = pixelsOf(size, format) / 1e6;
    const share = (views[size] ?? 0) / 100;
    const compared = own.compare(name, reference);
    const referenceBytes = share * megapixels * own.bitsPerPixel(reference);
    return { share, compared, cpuMs: own.cpuMsPerMegapixel(name) * megapixels, referenceBytes };
  });
  const sum = (value: (size: (typeof sizes)[number]) => number) =>
    sizes.reduce((total, size) => total + value(size), 0);
  const onBoth = (value: (metric: Metric) => number) =>
    Object.fromEntries(metrics.map((metric) => [metric, value(metric)])) as unknown as Compared['bytes'];
  return {
    atViews: {
      bytes: onBoth((metric) => sum(({ share, compared }) => share * compared.bytes[metric])),
      cpu: sum(({ share, compared }) => share * compared.cpu),
    },
    allBytes: onBoth(
      (metric) =>
        sum(({ referenceBytes, compared }) => referenceBytes * compared.bytes[metric]) /
        sum(({ referenceBytes }) => referenceBytes),
    ),
    cpuMs: sum(({ cpuMs }) => cpuMs),
  };
}

/** The settings that the product set has now. */
export const currentPlan = (format: Coded): Plan =>
  Object.fromEntries(sizesOf(format).map(({ plan }) => [plan.variant.name, nameOf(plan)]));

export const samePlan = (name: string): Plan => Object.fromEntries(Object.keys(views).map((size) => [size, name]));

/** These efforts with the bit depth that each size has now. */
export const planOfEfforts = (format: Coded, efforts: Readonly<Record<string, number>>): Plan =>
  Object.fromEntries(
    sizesOf(format).map(({ plan }) => {
      const variant = { ...plan.variant, effort: efforts[plan.variant.name] ?? 0 };
      return [variant.name, nameOf({ ...plan, variant })];
    }),
  );

function nameOf(plan: RenditionPlan): string {
  const { effort = 0, bitdepth } = settingsOfSize(plan.variant, plan);
  const { format } = plan.variant;
  if (format !== 'avif' && format !== 'webp') throw new Error(`${format} has one setting.`);
  return settingName({ format, effort, chroma: '4:2:0', ...(bitdepth && { bitdepth }) });
}

const productSet = (): VariantSet => variantSets().get('product') ?? [];

const sizesOf = (format: Coded) =>
  planRenditions(SOURCE, productSet())
    .filter(({ variant }) => variant.format === format)
    .map((plan) => ({ plan, pixels: plan.width * plan.height }));

function pixelsOf(size: string, format: Coded): number {
  const found = sizesOf(format).find(({ plan }) => plan.variant.name === size);
  if (!found) throw new Error(`The product set has no ${size}.${format}.`);
  return found.pixels;
}

function curvesOf(curves: ReadonlyMap<string, Curves>, size: string): Curves {
  const own = curves.get(size);
  if (!own) throw new Error(`${size} was not measured.`);
  return own;
}
