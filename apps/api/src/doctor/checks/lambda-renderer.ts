import { setTimeout as pause } from 'node:timers/promises';
import { createManifests } from '@imagemill/manifests';
import { finishedKey, ImageId, manifestKey, originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { createSqsClient } from '../../bucket-events/bucket-events-queue.ts';
import { checkRenderQueue } from '../../serverless/check-render-queue.ts';
import type { EventsPart } from '../env.ts';
import { type Check, type Outcome, ok, problem } from '../finding.ts';
import type { Stores } from '../stores.ts';

const POLL_MS = 500;
const FIX = 'See docs/serverless.md.';
const tenant = Tenant.parse('doctor');

interface RendererCheckOptions {
  readonly env: Pick<EventsPart, 'RENDER_QUEUE_URL'>;
  readonly stores: Stores;
  /** Longer than the start of a function. */
  readonly waitMs?: number;
}

/**
 * The whole path: an upload in the originals bucket, its event, SQS, the function, the manifest. The upload is not an image, because a
 * rejected one has no renditions that would have to be deleted.
 */
export const lambdaRendererCheck = ({ env, stores, waitMs = 60_000 }: RendererCheckOptions): Check => ({
  name: 'Lambda renderer',
  limitMs: waitMs + 15_000,
  async run(signal) {
    const [queue, path] = await Promise.all([queueOutcomes(env), pathOutcome(stores, waitMs, signal)]);
    return [...queue, path];
  },
});

async function pathOutcome({ originals, objects }: Stores, waitMs: number, signal: AbortSignal): Promise<Outcome> {
  const address = { tenant, category: 'product', imageId: ImageId.parse(uuidv7()) };
  const key = objects.note(originals, originalKey({ ...address, contentType: 'image/jpeg' }));
  for (const made of [manifestKey(address.imageId), finishedKey(address)]) objects.note(originals, made);
  const body = Buffer.from('A test of the renderer.\n');
  await originals.put({ key, body, contentType: 'image/jpeg', cacheControl: 'no-store' }, { signal });
  const started = performance.now();
  const manifests = createManifests(originals);
  for (;;) {
    const status = (await manifests.read(address.imageId))?.manifest.status;
    const seconds = (performance.now() - started) / 1000;
    if (status === 'rejected')
      return ok(`the function has judged an upload ${seconds.toFixed(1)} s after it was stored`);
    if (seconds * 1000 >= waitMs)
      return problem(
        `no manifest of an upload within ${waitMs / 1000} s`,
        `Check the bucket's notification, the policy of RENDER_QUEUE_URL, and the log of the function. ${FIX}`,
      );
    await pause(POLL_MS, undefined, { signal });
  }
}

async function queueOutcomes({ RENDER_QUEUE_URL: queueUrl }: RendererCheckOptions['env']): Promise<Outcome[]> {
  // The check of the settings reports it.
  if (queueUrl === undefined) return [];
  const client = createSqsClient({ url: queueUrl });
  try {
    const problems = await checkRenderQueue({ client, queueUrl });
    return problems.length > 0
      ? problems.map((message) => problem(message, FIX))
      : [ok('the queue of the renderer is accessible, with a dead-letter queue')];
  } finally {
    client.destroy();
  }
}
