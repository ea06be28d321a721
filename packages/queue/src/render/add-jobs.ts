import type { RenderImage } from '@imagemill/records';
import type { JobsOptions, Queue } from 'bullmq';
import { jobs } from '../jobs.ts';
import type { UploadLooks } from '../looks/upload-looks.ts';
import { sendInTrace } from '../tracing/job-trace.ts';
import { parkedMs } from './parked.ts';
import type { JobStarts } from './start-job.ts';

const { renderImage } = jobs;

/** Until the job has its turn. A process that dies in between leaves a job that starts automatically, out of turn. */
const HELD_MS = 1_000;

/** Adds and starts the job of an image whose original exists or is imported. An existing job is kept. */
export async function addJob(queue: Queue, starts: JobStarts, image: RenderImage): Promise<void> {
  const { name, data, opts } = jobOf(image, HELD_MS);
  const add = (trace: Pick<JobsOptions, 'telemetry'>) => queue.add(name, data, { ...opts, ...trace });
  await starts.promote(await sendInTrace(queue.name, 1, add));
}

/**
 * Adds the jobs of images that await their uploads, in one transaction. The looks first: there is no parked job without a
 * look, whenever this process dies.
 */
export async function addParkedJobs(
  queue: Queue,
  looks: UploadLooks,
  { images, firstLookMs }: { readonly images: readonly RenderImage[]; readonly firstLookMs: number },
): Promise<void> {
  await looks.add(images, firstLookMs);
  const parked = images.map((image) => jobOf(image, parkedMs(image)));
  const [first] = parked;
  await sendInTrace(queue.name, parked.length, async (trace) => {
    // One command is cheaper than a transaction.
    if (first && parked.length === 1) await queue.add(first.name, first.data, { ...first.opts, ...trace });
    else await queue.addBulk(parked.map((job) => ({ ...job, opts: { ...job.opts, ...trace } })));
  });
}

const jobOf = (image: RenderImage, delay: number) => ({
  name: renderImage.name,
  data: renderImage.payload.write(image),
  opts: { jobId: image.imageId, delay },
});
