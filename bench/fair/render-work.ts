import { setTimeout as delay } from 'node:timers/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { variantSets } from '@imagemill/variants';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { corpus } from '../engine/sources.ts';

/** The work of one job. */
export type Work = () => Promise<void>;

/** Stands for a render: holds a slot for this long, and needs no CPU. */
export const waits =
  (ms: number): Work =>
  () =>
    delay(ms);

const RUNS = 20;

/** Renders of a small photograph's avatar set, and how many `slots` concurrent ones make per second without a pause. */
export async function realRenders(slots: number): Promise<{ readonly work: Work; readonly perSecond: number }> {
  const engine = await createImagingEngine();
  const set = variantSets().get('avatar') ?? [];
  const [photo] = await corpus();
  const bytes = await sharp(photo?.bytes).resize(640, 640, { fit: 'inside' }).jpeg().toBuffer();
  async function work(): Promise<void> {
    const source = await engine.inspect(bytes);
    const picture = await engine.decode(bytes, source, set);
    for await (const _rendition of picture.render());
  }
  const enter = pLimit(slots);
  const run = () => Promise.all(Array.from({ length: RUNS }, () => enter(work)));
  await run();
  const startedAt = performance.now();
  await run();
  return { work, perSecond: (RUNS * 1000) / (performance.now() - startedAt) };
}
