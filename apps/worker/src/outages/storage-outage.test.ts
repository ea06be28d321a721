import { randomUUID } from 'node:crypto';
import { addRedisUser, type Misbehaviour, startFaultProxy } from '@imagemill/local-stack/test-support';
import {
  createConsumerConnection,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
  redisUserRules,
} from '@imagemill/queue';
import { createLogger, createRegistry } from '@imagemill/service';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { type ImageId, loadCategories } from '@imagemill/variants';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { client, job, makeBucket, bucket as originals, renderHandler, store } from '../test-support/render-harness.ts';
import { watchBackends } from './watch-backends.ts';

const cdn = `${originals}-cdn`;
const { redisUrl, s3 } = inject('servers');
beforeAll(() =>
  Promise.all([makeBucket(), ensureBucket(client, { bucket: cdn, corsOrigins: ['*'], corsMethods: ['GET'] })]),
);

const PATIENCE = { timeout: 60_000, interval: 100 };
/** A request that hangs ends after the short one. Any other must not end so, however busy the machine is. */
const TIMEOUT_MS = { short: 2_000, long: 60_000 };

/** One pixel, and one rendition: they cost next to nothing. */
const tiny = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

const variant = { name: 'only', width: 8, height: 8, fit: 'inside', format: 'webp', quality: 80 };

/** A worker, and its storage behind a proxy that injects faults. Its jobs have one attempt: any attempt used is a dead letter. */
async function harness(requestTimeoutMs: number) {
  const prefix = `outage-${randomUUID().slice(0, 8)}`;
  const proxy = await startFaultProxy(s3.endpoint);
  const proxied = createS3Client({
    ...s3,
    endpoint: proxy.endpoint,
    maxAttempts: 1,
    requestTimeoutMs,
  });
  const buckets = {
    originals: createS3Storage({ client: proxied, bucket: originals }),
    cdn: createS3Storage({ client: proxied, bucket: cdn }),
  };
  const workersUrl = await addRedisUser(redisUrl, redisUserRules('worker', prefix));
  const [producer, consumer] = [createProducerConnection(redisUrl), createConsumerConnection(workersUrl)];
  await vi.waitUntil(() => producer.status === 'ready');
  const registry = createRegistry();
  const watch = watchBackends(
    { connection: consumer, canaries: buckets },
    { prefix, registry, logger: createLogger('worker', 'silent'), probeDelayMs: { initialDelay: 100, maxDelay: 200 } },
  );
  const worker = createRenderWorker({
    connection: consumer,
    prefix,
    concurrency: 2,
    onError: () => {},
    handle: renderHandler({ ...buckets, categories: await loadCategories({ avatar: [variant] }) }),
    outages: watch.ofRenders,
    onGivenBack: watch.onGivenBack,
  });
  const queue = createRenderQueue({ connection: producer, prefix });
  const raw = new Queue('render', { connection: producer, prefix });
  const close = async () => {
    proxy.misbehave(undefined);
    watch.stop();
    await worker.close(1_000);
    await raw.obliterate({ force: true });
    producer.disconnect();
    consumer.disconnect();
    proxied.destroy();
    await proxy.stop();
  };
  return {
    proxy,
    watch,
    close,
    /** The number of jobs that were returned to the queue. */
    async givenBack(): Promise<number> {
      const { values = [] } = (await registry.getSingleMetric('imagemill_jobs_given_back_total')?.get()) ?? {};
      return values.reduce((sum, { value }) => sum + value, 0);
    },
    /** Uploads an image and starts its job. */
    async upload(): Promise<ImageId> {
      const image = job();
      await store(image, tiny);
      await raw.add('render-image', image, { jobId: image.imageId, attempts: 1 });
      return image.imageId;
    },
    end: async (imageId: ImageId) => {
      const found = await queue.find(imageId);
      return { status: found?.status, attempts: found?.attempts };
    },
  };
}

type Worker = Awaited<ReturnType<typeof harness>>;
let [patient, impatient] = [{} as Worker, {} as Worker];
beforeAll(async () => {
  [patient, impatient] = await Promise.all([harness(TIMEOUT_MS.long), harness(TIMEOUT_MS.short)]);
});
afterEach(() => {
  for (const { proxy } of [patient, impatient]) proxy.misbehave(undefined);
});
afterAll(() => Promise.all([patient.close(), impatient.close()]));

const misbehaviours = ['reset', 'hang', 'error', 'forbid', 'slow-down', 'refuse'] as const satisfies Misbehaviour[];
const scopes = { originals: [originals], cdn: [cdn], both: [originals, cdn] };
const combinations = misbehaviours.flatMap((misbehaviour) =>
  Object.keys(scopes).map((scope) => ({ misbehaviour, scope: scope as keyof typeof scopes })),
);
/** Whether a request is for one of these buckets. */
const isFor = (buckets: readonly string[], url = '') => buckets.some((bucket) => url.split(/[/?]/)[1] === bucket);
const ready = { status: 'ready', attempts: 1 };

describe('an outage of the storage costs no image an attempt', () => {
  test.each(combinations)('$misbehaviour, $scope', async ({ misbehaviour, scope }) => {
    const { proxy, watch, givenBack, upload, end } = misbehaviour === 'hang' ? impatient : patient;
    const givenBackBefore = await givenBack();
    let refused = 0;
    proxy.misbehave(({ url }) => {
      if (!isFor(scopes[scope], url)) return undefined;
      refused += 1;
      return misbehaviour;
    });
    const images = [await upload(), await upload(), await upload()];
    await vi.waitUntil(() => watch.ofRenders.away().length > 0, PATIENCE);
    const expected = scope === 'both' ? ['originals', 'cdn'] : [scope];
    expect(expected).toEqual(expect.arrayContaining([...watch.ofRenders.away()]));
    // Longer than all attempts of a job without a breaker: probes have failed repeatedly, and no job was tried.
    const before = refused;
    await vi.waitUntil(() => refused >= before + 3, PATIENCE);
    await vi.waitUntil(async () => (await givenBack()) > givenBackBefore, PATIENCE);

    proxy.misbehave(undefined);
    await vi.waitFor(async () => expect(await Promise.all(images.map(end))).toEqual(images.map(() => ready)), PATIENCE);
    expect(watch.ofRenders.away()).toEqual([]);
  });
});

test('an outage that ends before the probe costs no attempt and opens no breaker', async () => {
  const { proxy, watch, upload, end } = patient;
  const opened = vi.fn();
  watch.ofRenders.onChange(opened);
  let left = 1;
  proxy.misbehave(({ method, url }) => {
    if (method !== 'PUT' || !isFor([cdn], url) || left === 0) return undefined;
    left -= 1;
    return 'error';
  });
  const image = await upload();
  await vi.waitFor(async () => expect(await end(image)).toEqual(ready), PATIENCE);
  expect(left).toBe(0);
  expect(opened).not.toHaveBeenCalled();
});

test.each(['forbid', 'error', 'refuse', 'reset'] as const)(
  'an object that cannot be read (%s) fails its own image only',
  async (misbehaviour) => {
    const { proxy, watch, upload, end } = patient;
    const opened = vi.fn();
    watch.ofRenders.onChange(opened);
    let locked = 'none yet';
    proxy.misbehave(({ method, url = '' }) =>
      method === 'GET' && url.includes(locked) && url.includes('/originals/') ? misbehaviour : undefined,
    );
    const unreadable = await upload();
    locked = unreadable;
    const others = [await upload(), await upload()];
    const ends = () => Promise.all([unreadable, ...others].map(end));
    await vi.waitFor(
      async () => expect(await ends()).toEqual([{ ...ready, status: 'failed' }, ready, ready]),
      PATIENCE,
    );
    expect(opened).not.toHaveBeenCalled();
  },
);
