import { createEnginePool, type ImagingEngine } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { type VariantSet, variantSets } from '@imagemill/variants';
import { createFaceDetector } from '@imagemill/vision';
import { usageOf } from '../edge/process-usage.ts';
import type { Photo } from './photos.ts';

/** What one photograph takes from its bytes to its last rendition and its summary. */
interface Cost {
  readonly wallMs: number;
  /** Of this process and all that it has started. */
  readonly cpuMs: number;
}

export interface BoundaryRow {
  readonly name: string;
  readonly images: number;
  /** Wall times are medians. CPU, which Linux counts in hundredths of a second, is a mean. */
  readonly inProcess: Cost;
  readonly pool: Cost;
  /** The median of what the pool takes longer than the engine in this process, image by image. */
  readonly addedMs: number;
}

/** The first images find V8 and the engine process cold. */
const WARM_UP = 5;

/**
 * The same photographs with the same sets, by the engine in this process and by a pool of engine processes, in turns: what the process
 * boundary adds. Linux only.
 */
export async function measureBoundary(photos: readonly Photo[], images: number): Promise<BoundaryRow[]> {
  const detector = createFaceDetector();
  const inProcess = await createImagingEngine({ detector });
  const pool = await createEnginePool({ detector });
  try {
    const rows: BoundaryRow[] = [];
    for (const photo of photos) rows.push(await measurePhoto({ inProcess, pool }, photo, images));
    return rows;
  } finally {
    await pool.close();
    await detector.close();
  }
}

type Engines = Readonly<Record<'inProcess' | 'pool', ImagingEngine>>;

async function measurePhoto(engines: Engines, { name, category, bytes }: Photo, images: number): Promise<BoundaryRow> {
  const set = variantSets().get(category);
  if (!set) throw new Error(`There is no category ${category}.`);
  const costs: Record<keyof Engines, Cost>[] = [];
  for (let image = 0; image < WARM_UP + images; image++) {
    const inProcess = await costOf(() => renderAll(engines.inProcess, bytes, set));
    const pool = await costOf(() => renderAll(engines.pool, bytes, set));
    if (image >= WARM_UP) costs.push({ inProcess, pool });
  }
  const cost = (of: keyof Engines): Cost => ({
    wallMs: median(costs.map((each) => each[of].wallMs)),
    cpuMs: costs.reduce((sum, each) => sum + each[of].cpuMs, 0) / images,
  });
  const addedMs = median(costs.map(({ inProcess, pool }) => pool.wallMs - inProcess.wallMs));
  return { name, images, inProcess: cost('inProcess'), pool: cost('pool'), addedMs };
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const before = await usageOf(process.pid);
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const after = await usageOf(process.pid);
  return { wallMs, cpuMs: (after.cpuSeconds - before.cpuSeconds) * 1000 };
}

/** As a worker does it, with a copy of the bytes: a process that has a file is not sent it again. */
async function renderAll(engine: ImagingEngine, photo: Buffer, set: VariantSet): Promise<void> {
  const bytes = Buffer.from(photo);
  const source = await engine.inspect(bytes, { set });
  const picture = await engine.decode(bytes, source, set);
  const rendered = Array.fromAsync(picture.render());
  await Promise.all([rendered, picture.summarise()]);
  picture.close();
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
