import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { type Box, planRenditions, type VariantSet, variantSets } from '@imagemill/variants';
import { createFaceDetector, type FaceDetector } from '@imagemill/vision';
import { cpuOfThreadsMs } from '../load/cpu-of-threads.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { contactSheet } from './contact-sheet.ts';
import type { Labelled } from './labelled.ts';
import { labelledPictures } from './labelled-pictures.ts';
import { cropOfAttention, type ShownCrop } from './shown-crop.ts';

const OUT = new URL('../../docs/performance/', import.meta.url);
const SHEET = new URL('../../docs/images/face-crops.webp', import.meta.url);

const avatars = variantSets().get('avatar') ?? [];
const sets = { face: avatars, centre: avatars.map((entry) => ({ ...entry, position: 'centre' as const })) };
/** All of them are square. */
const shown = { name: 'large', width: 256, height: 256 } as const;
/** The first frame starts the process and loads the model. */
const WARM_UP = 3;
/** Decodes of each picture, with faces and without: the least CPU of each counts, because other work of the machine only adds to it. */
const REPEATS = 5;

interface Measured {
  readonly picture: Labelled;
  readonly crops: Readonly<Record<'face' | 'attention' | 'centre', ShownCrop>>;
  readonly by: string | undefined;
  /** What faces take of the CPU of a picture. */
  readonly cpu: Cpu;
}

/** Milliseconds, on all threads. */
interface Cpu {
  /** The engine's process: the frames, both sides of the channel, the choice of a point. */
  readonly engine: number;
  /** The detector's process: its side of the channel, the input of the model, the model. */
  readonly detector: number;
}

/** Whether the main face is whole in a square crop, by position; CPU and memory of finding faces. Writes a sheet of all crops. */
export async function benchVision({ quick }: { quick: boolean }): Promise<void> {
  const pictures = await labelledPictures();
  const detector = createFaceDetector();
  const measured: Measured[] = [];
  try {
    const chosen = quick ? pictures.filter((_, index) => index % 8 === 0) : pictures;
    for (const picture of pictures.slice(0, WARM_UP)) await measure(picture, detector);
    for (const picture of chosen) measured.push(await measure(picture, detector));
    const report = reportOf(measured, rssMb(detector));
    console.log(`\n${report.markdown}\n`);
    if (quick) return;
    await writeFile(new URL('vision.json', OUT), `${JSON.stringify(report.data, null, 2)}\n`);
    await writeFile(SHEET, await contactSheet(measured));
  } finally {
    await detector.close();
  }
}

async function measure(picture: Labelled, detector: FaceDetector): Promise<Measured> {
  const engine = await createImagingEngine({ detector });
  const source = await engine.inspect(picture.bytes);
  const decode = async (set: VariantSet) => {
    const before = cpuOf(detector);
    const { decided } = await engine.decode(picture.bytes, source, set);
    return { decided, cpu: minus(cpuOf(detector), before) };
  };
  const [without, withFaces]: [Cpu[], Cpu[]] = [[], []];
  const { decided } = await decode(sets.face);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    without.push((await decode(sets.centre)).cpu);
    withFaces.push((await decode(sets.face)).cpu);
  }
  const cropOf = (set: VariantSet): ShownCrop => {
    const plan = planRenditions(source, set, decided).find(({ variant }) => variant.name === shown.name);
    if (!plan) throw new Error('There is no plan.');
    return { crop: plan.crop, whole: plan.whole };
  };
  return {
    picture,
    crops: {
      face: cropOf(sets.face),
      attention: await cropOfAttention(picture.bytes, shown),
      centre: cropOf(sets.centre),
    },
    by: decided.chosenFocus?.by,
    cpu: minus(leastOf(withFaces), leastOf(without)),
  };
}

function cpuOf({ pid }: FaceDetector): Cpu {
  const { user, system } = process.cpuUsage();
  return { engine: (user + system) / 1000, detector: pid === undefined ? 0 : cpuOfThreadsMs(pid) };
}

const minus = (a: Cpu, b: Cpu): Cpu => ({ engine: a.engine - b.engine, detector: a.detector - b.detector });

const leastOf = (all: readonly Cpu[]): Cpu => ({
  engine: Math.min(...all.map(({ engine }) => engine)),
  detector: Math.min(...all.map(({ detector }) => detector)),
});

function rssMb({ pid }: FaceDetector): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1000;
}

/** A label is drawn by hand: this share of a face's sides may be beyond the crop. */
const TOLERANCE = 0.04;

function showsWhole({ crop, whole }: ShownCrop, face: Box, upright: { width: number; height: number }): boolean {
  const [across, down] = [whole.width / upright.width, whole.height / upright.height];
  const [slackX, slackY] = [TOLERANCE * face.width * across, TOLERANCE * face.height * down];
  return (
    face.left * across >= crop.left - slackX &&
    face.top * down >= crop.top - slackY &&
    (face.left + face.width) * across <= crop.left + crop.width + slackX &&
    (face.top + face.height) * down <= crop.top + crop.height + slackY
  );
}

const positions = ['face', 'attention', 'centre'] as const;

function reportOf(measured: readonly Measured[], processMb: number) {
  const keeps = ({ picture, crops }: Measured, position: (typeof positions)[number]) => {
    const [main] = picture.faces;
    return main !== undefined && showsWhole(crops[position], main, picture.upright);
  };
  const portraits = measured.filter(({ picture }) => picture.faces.length > 0);
  const kinds = [...Map.groupBy(portraits, ({ picture }) => picture.kind), ['all', portraits] as const];
  const count = (of: readonly Measured[], position: (typeof positions)[number]) =>
    of.filter((one) => keeps(one, position)).length;
  const rows = kinds.map(([kind, of]) => [
    kind,
    String(of.length),
    ...positions.map((each) => String(count(of, each))),
  ]);
  const meanOf = (process: keyof Cpu) => measured.reduce((sum, { cpu }) => sum + cpu[process], 0) / measured.length;
  const meanCpuMs = { engine: meanOf('engine'), detector: meanOf('detector') };
  const claimed = measured.filter(({ picture, by }) => picture.faces.length === 0 && by === 'face').length;
  const missed = portraits
    .filter((one) => !keeps(one, 'face'))
    .map(({ picture }) => `${picture.kind}: ${picture.name}`);
  const facts = {
    [`CPU ms of a picture, the least of ${REPEATS} decodes`]: (meanCpuMs.engine + meanCpuMs.detector).toFixed(1),
    'of it in the engine': meanCpuMs.engine.toFixed(1),
    "of it in the detector's process": meanCpuMs.detector.toFixed(1),
    "MB of the detector's process": processMb.toFixed(0),
    'faces found where there are none': String(claimed),
  };
  const data = {
    machine: machine(),
    pictures: measured.length,
    repeats: REPEATS,
    meanCpuMs,
    processMb,
    missed,
    kinds: Object.fromEntries(rows.map(([kind, pictures, ...kept]) => [kind, { pictures, kept }])),
  };
  const markdown = [
    markdownTable(['pictures', 'number', ...positions], rows),
    markdownTable(['', ''], Object.entries(facts)),
    missed.length > 0 ? `Not whole with \`face\`: ${missed.join('; ')}.` : '',
  ].join('\n\n');
  return { data, markdown };
}
