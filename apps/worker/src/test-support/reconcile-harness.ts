import { createHash, randomUUID } from 'node:crypto';
import { createImageView, createNotifier, createRenditionUrls } from '@imagemill/images';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import { createDeletions, createFinishedImages, createManifests, createPreviews } from '@imagemill/manifests';
import {
  createConsumerConnection,
  createFingerprints,
  createImageIndex,
  createProducerConnection,
  createPurgeQueue,
  createRenderQueue,
  createRenderWorker,
  createWebhookQueue,
  type RenderHandler,
  redisUserRules,
} from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { createS3Storage, ensureBucket, type ObjectStorage } from '@imagemill/storage';
import { type ImageId, loadCategories, parseOriginalKey } from '@imagemill/variants';
import { Queue } from 'bullmq';
import { inject, onTestFinished, vi } from 'vitest';
import { reconcile } from '../reconcile/reconcile.ts';
import type { Finding } from '../reconcile/sweep.ts';
import { client } from './render-harness.ts';

const { redisUrl } = inject('servers');

/** Separate buckets and a separate queue for each test, which keeps other tests' images out of its rounds. */
export async function createReconcileHarness({
  endpoints = [],
  ownSets,
}: {
  endpoints?: string[];
  ownSets?: unknown;
} = {}) {
  const id = randomUUID();
  const originals = createS3Storage({ client, bucket: `originals-${id}` });
  const cdn = createS3Storage({ client, bucket: `cdn-${id}` });
  for (const { bucket } of [originals, cdn])
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  const prefix = `reconcile-${id.slice(0, 8)}`;
  const workersUrl = await addRedisUser(redisUrl, redisUserRules('worker', prefix));
  const connection = createProducerConnection(workersUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const queue = createRenderQueue({ connection, prefix });
  onTestFinished(() => connection.disconnect());
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const webhooks = createWebhookQueue({ connection, prefix });
  const categories = await loadCategories(ownSets);
  const baseUrl = 'http://cdn.test';
  const urls = createRenditionUrls({ cdnBaseUrl: baseUrl, edgeBaseUrl: baseUrl, keys: [], ttlSeconds: 3600 });
  const view = createImageView({ categories, urls });
  const isWanted = (tenant: string) => endpoints.includes(tenant);
  const notifier = createNotifier({ queue, webhooks, manifests, view, isWanted });
  const index = createImageIndex(connection, prefix);
  const fingerprints = createFingerprints(connection, prefix);
  const finishedImages = createFinishedImages(originals);
  const purges = createPurgeQueue({ connection, prefix });
  const stores = { originals, cdn, manifests, previews: createPreviews(originals), deletions, finishedImages };
  const services = {
    ...stores,
    categories,
    queue,
    index,
    fingerprints,
    notifier,
    purges,
    oldRevisionGraceMs: 60_000,
    storedSizeMs: 60_000,
    heldMs: 3600_000,
  };

  /** The services, with the given storage in place of the real one. */
  function withStorage(change: { originals?: ObjectStorage; cdn?: ObjectStorage }) {
    const { originals = services.originals, cdn = services.cdn } = change;
    const manifests = createManifests(originals);
    const deletions = createDeletions(originals, manifests);
    return { ...services, originals, cdn, manifests, deletions, finishedImages: createFinishedImages(originals) };
  }

  async function round(
    options: {
      dryRun?: boolean;
      pagesMax?: number;
      from?: string;
      originals?: ObjectStorage;
      cdn?: ObjectStorage;
    } = {},
  ) {
    const findings: Finding[] = [];
    let next: string | undefined;
    const summary = await reconcile(withStorage(options), {
      dryRun: options.dryRun ?? false,
      pagesMax: options.pagesMax ?? Number.POSITIVE_INFINITY,
      from: options.from,
      signal: new AbortController().signal,
      onFinding: (finding) => findings.push(finding),
      onPage: async (position) => {
        next = position;
      },
    });
    const found = findings.map(({ kind, imageId }) => ({ kind, imageId })).toSorted(byImage);
    return { found, summary, next };
  }

  async function work(handle: RenderHandler, until: () => Promise<boolean>) {
    const consumer = createConsumerConnection(workersUrl);
    const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 2, handle, onError: () => {} });
    await vi.waitUntil(until);
    await worker.close(5_000);
    consumer.disconnect();
  }

  const put = async (key: string, body = 'bytes') => {
    const address = parseOriginalKey(key);
    if (address) await index.add(address.tenant, [address]);
    if (address) await fingerprints.add(address.tenant, { imageId: address.imageId });
    return originals.put({ key, body: Buffer.from(body), contentType: 'image/jpeg', cacheControl: 'private' });
  };
  const status = async (image: RenderImage) => (await queue.find(image.imageId))?.status;
  const addUnreadableJob = (imageId: ImageId) =>
    connection.hset(`${prefix}:render:${imageId}`, { name: 'render-image', data: '{}', opts: '{}', timestamp: 1 });
  const pendingPurges = async () => {
    const raw = new Queue('purges', { connection, prefix });
    const jobs = await raw.getJobs(['waiting', 'delayed']);
    await raw.close();
    // Once for each image and reason: a deletion has two purges.
    const purges = jobs.map(({ data: { imageId, reason } }) => [`${imageId}/${reason}`, { imageId, reason }] as const);
    return [...new Map(purges).values()];
  };
  return { ...services, pendingPurges, webhooks, round, work, put, status, addUnreadableJob };
}

export const byImage = (a: { imageId: string }, b: { imageId: string }) => (a.imageId < b.imageId ? -1 : 1);

export type ReconcileHarness = Awaited<ReturnType<typeof createReconcileHarness>>;

/** Finishes an image as a worker does: rejected, or ready if a revision is given. */
export async function finish(
  { manifests, originals }: ReconcileHarness,
  image: RenderImage,
  { revision }: { revision?: string } = {},
): Promise<void> {
  const { imageId, tenant, category, originalKey, createdAt } = image;
  const identity = { imageId, tenant, category, originalKey, filename: '', metadata: {} } as const;
  const originalEtag = (await originals.head(originalKey))?.etag ?? '';
  const common = { ...identity, attempts: 1, createdAt, originalEtag };
  const now = new Date().toISOString();
  const error = { code: 'corrupt', message: 'The file is damaged.' };
  const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const source = { ...size, format: 'jpeg', sha256: createHash('sha256').update(imageId).digest('hex') } as const;
  const made = { source, placeholder: '', dominantColour: '#000000', renditions: [], timingsMs: {} };
  await manifests.publish(
    revision === undefined
      ? { ...common, status: 'rejected', rejectedAt: now, error }
      : { ...common, status: 'ready', readyAt: now, revision, ...made },
    undefined,
  );
}

/** Moves the reconciler's clock past the settling time. The clock of the buckets does not change. */
export function skipSettlingTime(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}
