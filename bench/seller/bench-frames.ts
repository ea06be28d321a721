import { warningsOf } from '@imagemill/report';
import { productSet, type SourceFacts, VariantSet } from '@imagemill/variants';
import sharp from 'sharp';
import { heldOutPackages, photographPackages } from '../frontier/photographs.ts';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { asItIs, compressed, cutOut, type Degradation, framed } from './degradations.ts';
import { blurredBars, drawnFrames, marks, transparentBars } from './drawn-frames.ts';
import { labelledPhotographs, type Photo } from './labelled-photographs.ts';
import { measuredOf } from './measured-of.ts';
import { scenes } from './scenes.ts';

const set = VariantSet.parse(productSet);
const facts = { format: 'jpeg', width: 4000, height: 4000, orientation: 1, colourSpace: 'srgb' } as const;
const source: SourceFacts = { ...facts, hasAlpha: false, frames: 1, bytes: 1 };

const groups = {
  faultless: [asItIs, compressed, cutOut],
  /** Each photograph has a third of the kinds. */
  framed: [
    framed('black bars above and below', 0, 0.08, '#000000'),
    framed('a white frame', 0.04, 0.04, '#ffffff'),
    framed('grey bars at the left and right', 0.15, 0, '#7d8288'),
    ...drawnFrames,
  ],
  /** Without a frame, but with something like one. */
  scenes,
  notRecognised: [transparentBars, blurredBars, ...marks],
} as const satisfies Record<string, readonly Degradation[]>;
type Group = keyof typeof groups;
const PARTS = 3;

interface Tally {
  readonly group: Group;
  readonly pictures: string;
  readonly count: number;
  readonly warned: number;
}

/** Precision and recall of the warning `framed`, by kinds of frames. Downloads photographs. */
export async function benchFrames({ quick }: { quick: boolean }): Promise<void> {
  sharp.concurrency(1);
  const heldOut = await talliesOf(await labelledPhotographs(heldOutPackages, { quick }));
  const tuned = await talliesOf(await labelledPhotographs(photographPackages, { quick }));
  const markdown = [
    'Photographs that no threshold was chosen by:',
    ...tablesOf(heldOut),
    'Photographs that the thresholds were chosen by:',
    ...tablesOf(tuned),
  ].join('\n\n');
  const bars = heldOut
    .filter(({ group }) => group === 'framed')
    .map(({ pictures, warned, count }) => ({ label: pictures, value: warned / count }));
  const svg = barChart({ title: 'Frames found, of photographs that no threshold was chosen by', bars, reference: 1 });
  await writeReport('frames', { data: { machine: machine(), heldOut, tuned }, markdown, svg }, { quick });
}

async function talliesOf(photos: readonly Photo[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const [group, kinds] of Object.entries(groups) as [Group, readonly Degradation[]][]) {
    for (const [index, kind] of kinds.entries()) {
      const shown = group === 'faultless' ? photos : photos.filter((_, at) => (at + index) % PARTS === 0);
      let warned = 0;
      for (const photo of shown) if (await isFramed(await kind.apply(photo))) warned += 1;
      tallies.push({ group, pictures: kind.name, count: shown.length, warned });
    }
  }
  return tallies;
}

const isFramed = async (upload: Buffer) =>
  warningsOf({ source, set, measured: await measuredOf(upload) }).some(({ code }) => code === 'framed');

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function tablesOf(tallies: readonly Tally[]): string[] {
  const shareOf = (group: Group) => {
    const these = tallies.filter((tally) => tally.group === group);
    const sum = (of: (tally: Tally) => number) => these.reduce((total, tally) => total + of(tally), 0);
    return sum(({ warned }) => warned) / sum(({ count }) => count);
  };
  const [found, wrong] = [shareOf('framed'), shareOf('faultless')];
  // As many pictures with a frame as without: the precision of a bench depends on their number.
  const precision = found / (found + wrong);
  return [
    markdownTable(
      ['precision', 'recall', 'faultless pictures warned about', 'scenes warned about'],
      [[precision, found, wrong, shareOf('scenes')].map(percent)],
    ),
    markdownTable(
      ['pictures', '', 'number', 'warned about'],
      tallies.map(({ group, pictures, count, warned }) => [pictures, names[group], String(count), String(warned)]),
    ),
  ];
}

const names: Readonly<Record<Group, string>> = {
  faultless: 'faultless',
  framed: 'framed',
  scenes: 'faultless scene',
  notRecognised: 'not a frame that is looked for',
};
