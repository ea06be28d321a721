import { lineChart } from '../report/line-chart.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { type Compared, type Curves, createCurves, metrics } from './curves.ts';
import type { Sample } from './measure-photograph.ts';
import { type Coded, choicesOf, costsOf, currentPlan, type PlanCosts, samePlan, views } from './plans.ts';
import { type Plan, type PricedPlan, unbeatenPlans } from './unbeaten-plans.ts';

/** What most sites use, and what sharp uses if only a format is given. */
const usual = [
  { name: 'webp effort 4', quality: 80 },
  { name: 'avif effort 4, 4:4:4', quality: 50 },
  { name: 'mozjpeg', quality: 80 },
] as const;

/** The fallback for few browsers: most of what is saved at `retina` is for avif. */
const WEBP_CPU_MAX = 1.5;

/** The library's default effort of both formats. */
const DEFAULT_EFFORT = 4;
const QUALITY = { avif: 60, webp: 80 } as const;

export function frontierReport(samples: readonly Sample[]) {
  const bySize = new Map(
    [...Map.groupBy(samples, ({ variant }) => variant)].map(([size, own]) => [size, createCurves(own)]),
  );
  const sections = [...bySize].map(
    ([size, curves]) => `## ${size}\n\n${settingsTable(curves)}\n\n${usualTable(curves)}`,
  );
  const isComplete = [...bySize.keys()].length === Object.keys(views).length;
  const plans = isComplete
    ? [`## The product set\n\n${plansTable(bySize)}`, `## Bytes against CPU\n\n${unbeatenTable(bySize)}`]
    : [];
  const curvesOf = (curves: Curves) =>
    Object.fromEntries(curves.names.map((name) => [name, curves.points(name).map(rounded)]));
  return {
    data: { curves: Object.fromEntries([...bySize].map(([size, curves]) => [size, curvesOf(curves)])) },
    markdown: [...sections, ...plans].join('\n\n'),
    svg: chart(bySize.get('medium') ?? createCurves(samples)),
    ...(isComplete && { charts: { plans: plansChart(bySize) } }),
  };
}

const rounded = (point: object) =>
  Object.fromEntries(Object.entries(point).map(([key, value]) => [key, Number(Number(value).toPrecision(5))]));

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const bytesCells = ({ bytes }: Pick<Compared, 'bytes'>) => metrics.map((metric) => percent(bytes[metric]));

const referenceOf = (name: string) =>
  name.startsWith('webp')
    ? { name: `webp effort ${DEFAULT_EFFORT}`, quality: QUALITY.webp }
    : { name: `avif effort ${DEFAULT_EFFORT}`, quality: QUALITY.avif };

/** Every setting against the default effort of its own format; jpeg against that of avif. */
function settingsTable(curves: Curves): string {
  return markdownTable(
    ['setting', 'compared to', 'bytes at equal butteraugli', 'at equal SSIMULACRA 2', 'CPU ÷', 'CPU ms per megapixel'],
    curves.names
      .filter((name) => curves.names.includes(referenceOf(name).name))
      .map((name) => {
        const reference = referenceOf(name);
        const compared = curves.compare(name, reference);
        const cpu = [compared.cpu.toFixed(2), curves.cpuMsPerMegapixel(name).toFixed(0)];
        return [name, `${reference.name}, q${reference.quality}`, ...bytesCells(compared), ...cpu];
      }),
  );
}

/** Our settings at the quality of usual ones. */
function usualTable(curves: Curves): string {
  const ours = ['avif effort 0', 'avif effort 1', 'avif effort 2', 'avif effort 3', 'avif effort 4'];
  const compared = usual.filter(({ name }) => curves.names.includes(name));
  const measured = ours.filter((name) => curves.names.includes(name));
  return markdownTable(
    ['bytes at the quality of', ...measured.map((name) => `${name}: butteraugli / SSIMULACRA 2`)],
    compared.map((reference) => [
      `${reference.name}, q${reference.quality}`,
      ...measured.map((name) => bytesCells(curves.compare(name, reference)).join(' / ')),
    ]),
  );
}

/** The settings of the product set, one effort for all sizes as before, and the best efforts by the same measurements. */
function plansTable(bySize: ReadonlyMap<string, Curves>): string {
  const rows = (['avif', 'webp'] as const).flatMap((format) => {
    const usual = `${format} effort ${DEFAULT_EFFORT}`;
    const costs = costsIn(format, bySize);
    const before = samePlan(BEFORE[format]);
    const plans: [string, Plan][] = [
      ['one effort', before],
      ['product set', currentPlan(format)],
      ['fewest bytes within the CPU', bestWithin(unbeatenPlans(choicesIn(format, bySize)), cpuMsMax(format, bySize))],
      ['default effort', samePlan(usual)],
    ];
    const usualMs = costs(samePlan(usual)).cpuMs;
    return plans.map(([name, plan]) => [`${format}: ${name}`, ...planCells(plan, costs(plan), usualMs)]);
  });
  return markdownTable([`settings of ${Object.keys(views).join(', ')}`, ...planColumns], rows);
}

/** The plans of avif that no other one beats, in bytes and CPU. */
function unbeatenTable(bySize: ReadonlyMap<string, Curves>): string {
  const costs = costsIn('avif', bySize);
  const usualMs = costs(samePlan(`avif effort ${DEFAULT_EFFORT}`)).cpuMs;
  const rows = unbeatenPlans(choicesIn('avif', bySize)).map(({ plan }) => planCells(plan, costs(plan), usualMs));
  return markdownTable([`avif ${planColumns[0]}`, ...planColumns.slice(1)], rows);
}

const planColumns = [
  'efforts',
  ...['bytes at equal butteraugli', 'at equal SSIMULACRA 2', 'CPU ÷ default effort, mean of the views'],
  ...['all bytes of the views, butteraugli', 'SSIMULACRA 2', 'CPU ms of one image', '÷ default effort'],
];

/** One effort for all sizes. */
const BEFORE = { avif: 'avif effort 1', webp: 'webp effort 2' } as const;

const costsIn = (format: Coded, bySize: ReadonlyMap<string, Curves>) => (plan: Plan) =>
  costsOf(format, plan, { name: `${format} effort ${DEFAULT_EFFORT}`, quality: QUALITY[format] }, bySize);

/** The CPU of one effort for all sizes in both formats. What webp leaves of it is for avif. */
function cpuMsMax(format: Coded, bySize: ReadonlyMap<string, Curves>): number {
  const before = (format: Coded) => costsIn(format, bySize)(samePlan(BEFORE[format])).cpuMs;
  if (format === 'webp') return before('webp') * WEBP_CPU_MAX;
  return before('avif') + before('webp') - costsIn('webp', bySize)(currentPlan('webp')).cpuMs;
}

const choicesIn = (format: Coded, bySize: ReadonlyMap<string, Curves>) =>
  choicesOf(format, { name: `${format} effort ${DEFAULT_EFFORT}`, quality: QUALITY[format] }, bySize);

/** @param plans ascending by CPU, and by that descending by bytes */
function bestWithin(plans: readonly PricedPlan[], cpuMsMax: number): Plan {
  const best = plans.findLast(({ cpuMs }) => cpuMs <= cpuMsMax);
  if (!best) throw new Error(`No settings need at most ${cpuMsMax} ms.`);
  return best.plan;
}

const planCells = (plan: Plan, { atViews, allBytes, cpuMs }: PlanCosts, usualMs: number) => [
  Object.values(plan)
    .map((setting) => setting.replace(/^\w+ effort /, ''))
    .join('; '),
  ...[...exactCells(atViews), atViews.cpu.toFixed(2)],
  ...[...exactCells({ bytes: allBytes }), cpuMs.toFixed(0), (cpuMs / usualMs).toFixed(3)],
];

const exactCells = ({ bytes }: Pick<Compared, 'bytes'>) =>
  metrics.map((metric) => `${(100 * bytes[metric]).toFixed(1)} %`);

function chart(curves: Curves): string {
  const drawn = ['avif effort 4', 'avif effort 1', 'webp effort 6', 'webp effort 2', 'mozjpeg'];
  return lineChart({
    title: 'Bytes against quality, mean of the corpus at 600 px',
    xLabel: 'bits per pixel',
    yLabel: 'SSIMULACRA 2',
    series: drawn
      .filter((name) => curves.names.includes(name))
      .map((name) => ({
        name,
        points: curves.points(name).map(({ bitsPerPixel, ssimulacra2, quality }) => ({
          x: bitsPerPixel,
          y: ssimulacra2,
          label: `${name}, q${quality}`,
        })),
      })),
  });
}

/** Settings that take more CPU of one image are not used: with the default effort for all sizes, it is seven times as much. */
const CHART_CPU_MS_MAX = 4_000;

/** Bytes against CPU of one image, of the plans of avif that no other one beats, of that in use, and of one effort for all sizes. */
function plansChart(bySize: ReadonlyMap<string, Curves>): string {
  const pointOf = (plan: Plan) => {
    const { atViews, cpuMs } = costsIn('avif', bySize)(plan);
    const { butteraugli, ssimulacra2 } = atViews.bytes;
    return { x: cpuMs, y: 50 * (butteraugli + ssimulacra2), label: Object.values(plan).join('; ') };
  };
  const unbeaten = unbeatenPlans(choicesIn('avif', bySize)).filter(({ cpuMs }) => cpuMs <= CHART_CPU_MS_MAX);
  return lineChart({
    title: 'avif of the product set: bytes at its views against CPU of one image',
    xLabel: 'CPU ms of the encodes of one image',
    yLabel: 'bytes, % of effort 4',
    series: [
      { name: 'best settings', points: unbeaten.map(({ plan }) => pointOf(plan)) },
      { name: 'in use', points: [pointOf(currentPlan('avif'))], dots: true },
      { name: 'effort 1', points: [pointOf(samePlan(BEFORE.avif))], dots: true },
    ],
  });
}
