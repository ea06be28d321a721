import { setTimeout as delay } from 'node:timers/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { variantSets } from '@imagemill/variants';
import sharp from 'sharp';
import { corpus } from '../engine/sources.ts';

/** The work of one job. */
export type Work = () => Promise<void>;

/** Stands for a render: holds a slot for this long, and needs no CPU. */
export const waits =
  (ms: number): Work =>
  () =>
    delay(ms);

/** Renders of a small photograph's avatar set, and how long one takes alone. */
export async function realRenders(): Promise<{ readonly work: Work; readonly seconds: number }> {
  const engine = await createImagingEngine();
  const set = variantSets().get('avatar') ?? [];
  const [photo] = await corpus();
  const bytes = await sharp(photo?.bytes).resize(640, 640, { fit: 'inside' }).jpeg().toBuffer();
  async function work(): Promise<void> {
    const source = await engine.inspect(bytes);
    const picture = await engine.decode(bytes, source, set);
    for await (const _rendition of picture.render());
  }
  await work();
  const startedAt = performance.now();
  for (let run = 0; run < 5; run += 1) await work();
  return { work, seconds: (performance.now() - startedAt) / 5_000 };
}
