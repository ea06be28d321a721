import { planRenditions, type RenditionPlan, settingsOfSize, type VariantSet, variantSets } from '@imagemill/variants';
import { type Compared, type Curves, type Metric, metrics } from './curves.ts';
import { settingName } from './settings.ts';
import type { Choice, Plan } from './unbeaten-plans.ts';

/** The share of views of each size, in per cent: thumbnails are seen most. */
export const views: Readonly<Record<string, number>> = { thumb: 40, small: 25, medium: 20, large: 10, retina: 5 };

export type Coded = 'avif' | 'webp';

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

/** A setting that is used for every size, at this quality. */
type PlanReference = Parameters<Curves['compare']>[1];

/** The costs of encoding a format of the product set with these settings. */
export function costsOf(
  format: Coded,
  plan: Plan,
  reference: PlanReference,
  curves: ReadonlyMap<string, Curves>,
): PlanCosts {
  const sizes = Object.keys(views).map((size) => costsOfSize(format, size, plan[size] ?? '', reference, curves));
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

function costsOfSize(
  format: Coded,
  size: string,
  setting: string,
  reference: PlanReference,
  curves: ReadonlyMap<string, Curves>,
) {
  const own = curvesOf(curves, size);
  const megapixels = pixelsOf(size, format) / 1e6;
  const share = (views[size] ?? 0) / 100;
  const compared = own.compare(setting, reference);
  const referenceBytes = share * megapixels * own.bitsPerPixel(reference);
  return { share, compared, cpuMs: own.cpuMsPerMegapixel(setting) * megapixels, referenceBytes };
}

/** The settings that a size may have: those of `settingsOf` that were measured. */
export function choicesOf(
  format: Coded,
  reference: PlanReference,
  curves: ReadonlyMap<string, Curves>,
): Map<string, Choice[]> {
  const choices = new Map<string, Choice[]>();
  for (const size of Object.keys(views)) {
    const { names } = curvesOf(curves, size);
    const measured = settingsOf(format, size).filter((setting) => names.includes(setting));
    choices.set(
      size,
      measured.map((setting) => {
        const { share, compared, cpuMs } = costsOfSize(format, size, setting, reference, curves);
        const { butteraugli, ssimulacra2 } = compared.bytes;
        return { setting, bytes: (share * (butteraugli + ssimulacra2)) / 2, cpuMs };
      }),
    );
  }
  return choices;
}

/** Effort 6 of webp takes seconds for transparency. */
const EFFORTS: Readonly<Record<Coded, readonly number[]>> = { avif: [0, 1, 2, 3, 4], webp: [0, 2, 4, 5] };

/** The settings that the product set has now. */
export const currentPlan = (format: Coded): Plan =>
  Object.fromEntries(sizesOf(format).map(({ plan }) => [plan.variant.name, nameOf(plan)]));

export const samePlan = (name: string): Plan => Object.fromEntries(Object.keys(views).map((size) => [size, name]));

/** Of small sizes, 10 bits need fewer bytes by one metric only. */
const DEEP_PIXELS_OVER = 600 * 600;

/** Every effort, of avif above 600 × 600 pixels in 8 and in 10 bits. */
function settingsOf(format: Coded, size: string): string[] {
  const isDeep = format === 'avif' && pixelsOf(size, format) > DEEP_PIXELS_OVER;
  const depths = isDeep ? ([8, 10] as const) : ([8] as const);
  return depths.flatMap((bitdepth) => EFFORTS[format].map((effort) => nameOfSetting(format, effort, bitdepth)));
}

function nameOf(plan: RenditionPlan): string {
  const { effort = 0, bitdepth = 8 } = settingsOfSize(plan.variant, plan);
  const { format } = plan.variant;
  if (format !== 'avif' && format !== 'webp') throw new Error(`${format} has one setting.`);
  return nameOfSetting(format, effort, bitdepth);
}

const nameOfSetting = (format: Coded, effort: number, bitdepth: 8 | 10) =>
  settingName({ format, effort, chroma: '4:2:0', ...(bitdepth === 10 && { bitdepth }) });

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
