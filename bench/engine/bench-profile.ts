import { readFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { planRenditions, type RenditionPlan, type VariantSet, variantSets } from '@imagemill/variants';
import sharp, { type Raw, type Sharp } from 'sharp';
import { markdownTable } from '../report/markdown-table.ts';
import { encodeLike, tutorialSet } from './contenders.ts';
import { makeSource } from './sources.ts';

const sources = [
  [2, 'baseline jpeg'],
  [6, 'baseline jpeg'],
  [12, 'baseline jpeg'],
  [12, 'progressive jpeg'],
  [12, 'png'],
  [12, 'png with alpha'],
  [12, 'avif'],
] as const;

type Steps = Readonly<Record<string, number>>;
interface Frame {
  readonly data: Buffer;
  readonly raw: Raw;
}

/**
 * CPU of one image by step, for the tutorial's six renditions and for our full set. The steps run sequentially, because
 * CPU time is measured per process. The lower of two runs counts.
 */
export async function benchProfile({ quick }: { quick: boolean }): Promise<void> {
  // Configures libvips as in a worker: no cache, one thread per operation.
  await createImagingEngine();
  const rows: string[][] = [];
  for (const [size, encoding] of quick ? sources.slice(0, 1) : sources) {
    const bytes = await readFile((await makeSource(size, encoding)).path);
    for (const [name, set] of [
      ['tutorial set', tutorialSet],
      ['full set', variantSets().get('product') ?? []],
    ] as const) {
      const steps = lower(await profile(bytes, set), await profile(bytes, set));
      const total = Object.values(steps).reduce((sum, ms) => sum + ms, 0);
      const share = (ms = 0) => `${Math.round(ms)} (${Math.round((100 * ms) / total)} %)`;
      rows.push([`${size} MP ${encoding}, ${name}`, ...columns.map((step) => share(steps[step])), total.toFixed(0)]);
      console.log(rows.at(-1)?.join(' | '));
    }
  }
  console.log(`\n${markdownTable(['CPU ms, lower of 2 runs', ...columns, 'sum'], rows)}`);
}

const columns = ['decode', 'scale', 'avif', 'webp', 'jpeg'] as const;

async function profile(bytes: Buffer, set: VariantSet): Promise<Steps> {
  const { autoOrient } = await sharp(bytes).metadata();
  const plans = planRenditions(autoOrient, set);
  const spent: Record<string, number> = {};
  const decoded = await timed(spent, 'decode', () => decode(bytes, plans));
  for (const plan of plans) {
    const frame = await timed(spent, 'scale', () => scale(decoded, plan));
    await timed(spent, plan.variant.format, () => encodeLike(sharp(frame.data, frame), plan.variant, plan).toBuffer());
  }
  return spent;
}

function decode(bytes: Buffer, plans: readonly RenditionPlan[]): Promise<Frame> {
  const width = Math.max(...plans.map(({ whole }) => whole.width));
  const height = Math.max(...plans.map(({ whole }) => whole.height));
  return frameOf(sharp(bytes, { limitInputPixels: false }).resize(width, height, { fit: 'fill' }));
}

async function scale({ data, raw }: Frame, { width, height, variant }: RenditionPlan): Promise<Frame> {
  if (width === raw.width && height === raw.height) return { data, raw };
  const fit = variant.fit === 'cover' ? 'cover' : 'fill';
  return frameOf(sharp(data, { raw }).resize(width, height, { fit }));
}

async function frameOf(image: Sharp): Promise<Frame> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
}

async function timed<T>(spent: Record<string, number>, step: string, work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  spent[step] = (spent[step] ?? 0) + (user + system) / 1000;
  return result;
}

const lower = (one: Steps, other: Steps): Steps =>
  Object.fromEntries(Object.entries(one).map(([step, ms]) => [step, Math.min(ms, other[step] ?? ms)]));
