import { measure } from '@imagemill/imaging';
import { type WarningCode, warningsOf } from '@imagemill/report';
import { productSet, VariantSet } from '@imagemill/variants';
import sharp from 'sharp';
import { heldOutPackages, photographPackages } from '../frontier/photographs.ts';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { asItIs, blurred, compressed, cutOut, type Degradation, edits, exposed } from './degradations.ts';
import { type Distances, distanceTable, measureDistances } from './distances.ts';
import { labelledPhotographs, type Photo } from './labelled-photographs.ts';
import { measuredOf } from './measured-of.ts';

const set = VariantSet.parse(productSet);
/** Pictures without a fault, and with the fault that a warning is about. */
const faultless = [asItIs, compressed, cutOut];
const faults: Readonly<Partial<Record<WarningCode, readonly Degradation[]>>> = {
  blurry: [blurred(0.004), blurred(0.006), blurred(0.01)],
  'too-dark': [exposed(-2), exposed(-3), exposed(-4)],
  'too-bright': [exposed(2), exposed(3), exposed(4)],
};

interface Tally {
  readonly pictures: string;
  readonly count: number;
  readonly warned: Readonly<Record<string, number>>;
}

/** Precision and recall of the warnings that are measured, except for `framed` (`bench frames`), and the distances of perceptual hashes. Downloads photographs. */
export async function benchReport({ quick }: { quick: boolean }): Promise<void> {
  sharp.concurrency(1);
  const chosenBy = await labelledPhotographs(photographPackages, { quick });
  const cpu = await cpuMsOf(chosenBy);
  const heldOut = await resultOf(await labelledPhotographs(heldOutPackages, { quick }));
  const tuned = await resultOf(chosenBy);
  const markdown = [
    'Photographs that no threshold was chosen by:',
    ...tablesOf(heldOut),
    'Photographs that the thresholds were chosen by:',
    ...tablesOf(tuned),
    `${cpu.toFixed(1)} ms of CPU a picture of ${chosenBy[0]?.width ?? 0} px to measure.`,
  ].join('\n\n');
  const data = { machine: machine(), cpuMs: cpu, heldOut, tuned };
  const bars = heldOut.scores.map(({ code, recall }) => ({ label: code, value: recall }));
  await writeReport(
    'report',
    {
      data,
      markdown,
      svg: barChart({ title: 'Recall, of photographs that no threshold was chosen by', bars, reference: 1 }),
    },
    { quick },
  );
}

interface Result {
  readonly pictures: number;
  readonly scores: readonly ReturnType<typeof scoreOf>[];
  readonly tallies: readonly Tally[];
  readonly distances: readonly Distances[];
}

async function resultOf(photos: readonly Photo[]): Promise<Result> {
  const all = [...faultless, ...Object.values(faults).flat()];
  const tallies: Tally[] = [];
  for (const degradation of all) tallies.push(await tally(photos, degradation));
  const scores = Object.entries(faults).map(([code, kinds]) => scoreOf(code, kinds, tallies));
  return { pictures: photos.length, scores, tallies, distances: await measureDistances(photos, edits, cutOut) };
}

const tablesOf = ({ scores, tallies, distances }: Result) => [
  scoreTable(scores),
  tallyTable(tallies),
  distanceTable(distances),
];

async function tally(photos: readonly Photo[], { name, apply }: Degradation): Promise<Tally> {
  const warned: Record<string, number> = {};
  for (const photo of photos) {
    const measured = await measuredOf(await apply(photo));
    const source = { format: 'jpeg', width: 4000, height: 4000, orientation: 1, colourSpace: 'srgb' } as const;
    const facts = { ...source, hasAlpha: false, frames: 1, bytes: 1 };
    for (const { code } of warningsOf({ source: facts, set, measured })) warned[code] = (warned[code] ?? 0) + 1;
  }
  console.log(name, warned);
  return { pictures: name, count: photos.length, warned };
}

/** The largest degradation counts for the recall: a smaller one is not always a fault. */
function scoreOf(code: string, kinds: readonly Degradation[], tallies: readonly Tally[]) {
  const of = ({ name }: Degradation) => tallies.find(({ pictures }) => pictures === name);
  const sum = (wanted: readonly Degradation[], count: (tally: Tally | undefined) => number) =>
    wanted.reduce((total, one) => total + count(of(one)), 0);
  const warned = (one: Tally | undefined) => one?.warned[code] ?? 0;
  const [found, faulty] = [sum(kinds, warned), sum(kinds, (one) => one?.count ?? 0)];
  const [wrong, right] = [sum(faultless, warned), sum(faultless, (one) => one?.count ?? 0)];
  // As many pictures with the fault as without: the precision of a bench depends on their number.
  const [foundShare, wrongShare] = [found / faulty, wrong / right];
  return { code, precision: foundShare / (foundShare + wrongShare), recall: foundShare, falseAlarms: wrongShare };
}

async function cpuMsOf(photos: readonly Photo[]): Promise<number> {
  let ms = 0;
  for (const photo of photos.slice(0, 20)) {
    const { data, info } = await photo.open().raw().toBuffer({ resolveWithObject: true });
    const before = process.cpuUsage();
    await measure({ data, raw: info });
    const { user, system } = process.cpuUsage(before);
    ms += (user + system) / 1000;
  }
  return ms / Math.min(20, photos.length);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const scoreTable = (scores: readonly ReturnType<typeof scoreOf>[]) =>
  markdownTable(
    ['warning', 'precision', 'recall', 'faultless pictures warned about'],
    scores.map(({ code, precision, recall, falseAlarms }) => [
      `\`${code}\``,
      percent(precision),
      percent(recall),
      percent(falseAlarms),
    ]),
  );

const tallyTable = (tallies: readonly Tally[]) =>
  markdownTable(
    ['pictures', 'number', ...Object.keys(faults).map((code) => `\`${code}\``)],
    tallies.map(({ pictures, count, warned }) => [
      pictures,
      String(count),
      ...Object.keys(faults).map((code) => String(warned[code] ?? 0)),
    ]),
  );
