import type { EnginePool, ImagingEngine, Picture } from '@imagemill/imaging';
import {
  assertOwn,
  type Deletions,
  deleteRenditions,
  type FinishedManifest,
  type Manifest,
  ManifestConflictError,
  type Manifests,
  type Moderation,
  type Previews,
  readyManifest,
  rejectedManifest,
  type StoredManifest,
  type Subject,
} from '@imagemill/manifests';
import type { Postponed, PurgeQueue, RenderContext, RenderHandler } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { fetchOriginal } from '@imagemill/rendering';
import type { Logger } from '@imagemill/service';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import { type Categories, type CategorySpec, IMPORTED_MEDIA_TYPE, ownSpec, uploadEntries } from '@imagemill/variants';
import { type ImportOriginal, isRejection } from '../import/import-original.ts';
import type { Moderator } from '../moderation/moderate.ts';
import type { HeavyRun, HeavySlots } from '../slots/heavy-slots.ts';
import { abortParts } from './abort-parts.ts';
import { deleteImage } from './delete-image.ts';
import { type EarlierResult, earlierResult, type RenderOutcome, withSellersText } from './earlier-result.ts';
import { UnknownCategoryError } from './errors.ts';
import { earlierVerdict, judge, withheld } from './judge.ts';
import { publishRenditions } from './publish-renditions.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';
import { withdrawPublic } from './withdraw-public.ts';

export interface RenderServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
  readonly deletions: Deletions;
  readonly engine: ImagingEngine;
  readonly laneOf: EnginePool['laneOf'];
  readonly heavySlots: HeavySlots;
  readonly importOriginal: ImportOriginal;
  readonly previews: Previews;
  /** Set if a moderation service is configured. */
  readonly moderator?: Moderator | undefined;
  readonly categories: Categories;
  /** Rejects an original if its format is accepted but differs from the declared one. */
  readonly strictContentType: boolean;
  readonly uploadGraceMs: number;
  /** Set if purges at a CDN are configured. */
  readonly purges?: Pick<PurgeQueue, 'add'> | undefined;
  /** Called for each encode, with its time in its slot. */
  readonly onEncoded?: ((format: string, seconds: number) => void) | undefined;
  readonly logger: Logger;
}

/**
 * The work of one job: check → fetch → inspect → moderate → render and publish → commit. It is idempotent: keys are deterministic, a rendition
 * that is stored stays, and a run that finds a current manifest has nothing to do.
 */
export function createRenderImage(services: RenderServices): RenderHandler {
  const { originals, manifests, categories } = services;

  async function renderAndCommit(job: RenderImage, context: RenderContext): Promise<RenderOutcome> {
    const [stored, uploaded] = await Promise.all([
      manifests.read(job.imageId, context),
      originals.head(job.originalKey, context),
    ]);
    assertOwn(stored, job.tenant);
    if (stored?.manifest.status === 'deleted') return endDeletion(services, job, context);
    const common = categories.get(job.category);
    if (!common) throw new UnknownCategoryError(job.category);
    const image = withSellersText(job, stored?.manifest, uploaded);
    const category = ownSpec(common, image);
    const isDown = services.moderator?.isDown() ?? false;
    const earlier = earlierResult(stored?.manifest, uploaded, { ...category, isDown });
    const isPrivate = category.visibility === 'signed';
    if (earlier) return keepEarlier(services, { image, isPrivate }, earlier, context);
    const allowed = earlierVerdict(stored?.manifest, uploaded);
    const rendered = await render(services, { image, uploaded, category, allowed }, context);
    if (rendered.outcome === 'no-original') return withoutOriginal(services, image, context);
    if (rendered.outcome === 'postponed') return rendered;
    return commit(services, { image, isPrivate }, { manifest: rendered.manifest, replaces: stored }, context);
  }

  return (image, context) =>
    renderAndCommit(image, context).catch((error: unknown) => {
      if (!(error instanceof ManifestConflictError)) throw error;
      // Another worker has finished or deleted this image in the meantime; the second pass finds out which.
      return renderAndCommit(image, context);
    });
}

async function endDeletion(
  services: RenderServices,
  image: RenderImage,
  { signal }: RenderContext,
): Promise<RenderOutcome> {
  await deleteImage(services, image, signal);
  services.logger.info({ imageId: image.imageId }, 'image deleted');
  return { outcome: 'deleted' };
}

interface Owned {
  readonly image: RenderImage;
  readonly isPrivate: boolean;
}

async function keepEarlier(
  services: RenderServices,
  { image, isPrivate }: Owned,
  { outcome, replaced }: EarlierResult,
  { signal }: RenderContext,
): Promise<RenderOutcome> {
  const { cdn, purges, logger } = services;
  if (replaced) logger.warn({ imageId: image.imageId }, 'original was replaced, keeping its renditions');
  // The run that finished the image may have died before it deleted renditions and queued the purge.
  if (outcome.outcome === 'rejected' || outcome.outcome === 'held') {
    const deleted = await deleteRenditions(cdn, { imageId: image.imageId }, signal);
    // A held image may run often.
    if (outcome.outcome === 'rejected' || deleted > 0) await purges?.add(image, outcome.outcome);
    if (outcome.outcome === 'rejected') await services.previews.delete(image.imageId, { signal });
  } else if (isPrivate) await withdrawPublic(services, image, signal);
  else await purges?.add(image, 'rendered-again');
  return outcome;
}

/** The commit point: publishes the manifest, which finishes the image. */
async function commit(
  services: RenderServices,
  { image, isPrivate }: Owned,
  { manifest, replaces }: { readonly manifest: FinishedManifest; readonly replaces: StoredManifest | undefined },
  context: RenderContext,
): Promise<RenderOutcome> {
  const { manifests, cdn, purges, previews, logger } = services;
  context.signal.throwIfAborted();
  const isJudged = manifest.moderation?.verdict === 'reject';
  if (replaces?.manifest.status === 'ready' && manifest.status === 'rejected' && !isJudged) {
    // Published renditions of an earlier revision stay valid even if the current limits reject the original.
    logger.warn({ imageId: image.imageId, code: manifest.error.code }, 'original rejected, keeping its renditions');
    return { outcome: 'ready' };
  }
  // The service is still down: the hold is not a new one.
  if (isHeldByPolicy(manifest) && isHeldByPolicy(replaces?.manifest)) return { outcome: 'held' };
  await manifests.publish(manifest, replaces, context);
  if (manifest.status !== 'held' && manifest.moderation) await previews.delete(image.imageId, context);
  if (manifest.status !== 'ready') {
    // Renditions published before the rejection. After the commit, which fails if another run has finished the image.
    const deleted = await deleteRenditions(cdn, { imageId: image.imageId }, context.signal);
    if (deleted > 0) await purges?.add(image, manifest.status);
  } else if (isPrivate) await withdrawPublic(services, image, context.signal);
  else if (replaces) await purges?.add(image, 'rendered-again');
  logger.info({ imageId: image.imageId, status: manifest.status, ...logged(manifest) }, 'image finished');
  return outcomeOf(manifest);
}

const isHeldByPolicy = (manifest: Manifest | undefined) =>
  manifest?.status === 'held' && manifest.moderation.by === 'service-down';

function outcomeOf(manifest: FinishedManifest): RenderOutcome {
  const { status } = manifest;
  return status === 'rejected' ? { outcome: status, error: manifest.error } : { outcome: status };
}

/** There is no original and no manifest. */
async function withoutOriginal(
  { originals, uploadGraceMs }: RenderServices,
  image: RenderImage,
  context: RenderContext,
): Promise<RenderOutcome> {
  const expiresAt = Date.parse(image.uploadExpiresAt) + uploadGraceMs;
  if (Date.now() <= expiresAt) return { outcome: 'postponed', reason: 'not-uploaded' };
  // A HEAD request cannot distinguish a missing object from a missing bucket, and expiry is final.
  await originals.probe(context);
  await abortParts(originals, image, context.signal);
  return { outcome: 'expired' };
}

interface Rendering {
  readonly image: RenderImage;
  /** The original, if it exists yet. */
  readonly uploaded: ObjectFacts | undefined;
  readonly category: CategorySpec;
  /** An earlier verdict on this original. */
  readonly allowed: Moderation | undefined;
}

type Rendered =
  | { readonly outcome: 'finished'; readonly manifest: FinishedManifest }
  | { readonly outcome: 'no-original' }
  | Postponed;

async function render(services: RenderServices, rendering: Rendering, context: RenderContext): Promise<Rendered> {
  const heavy = services.heavySlots.begin(rendering.image.imageId);
  try {
    return await renderInSlot(services, rendering, { ...context, heavy });
  } finally {
    heavy.end();
  }
}

/** All steps from the original to its manifest. An image that cannot be rendered gets a manifest too. */
async function renderInSlot(
  services: RenderServices,
  { image, uploaded, category: { set, revision, visibility, isModerated }, allowed }: Rendering,
  context: RenderContext & { readonly heavy: HeavyRun },
): Promise<Rendered> {
  const { originals, cdn, engine, logger } = services;
  const { signal, reportProgress, attemptsMade, heavy } = context;
  const watch = createStopwatch();
  let subject: Subject = { image, facts: uploaded, attempts: attemptsMade + 1 };
  try {
    const found = uploaded ? imported(uploaded) : await watch.time('import', () => importOf(services, image, context));
    if (found.outcome === 'postponed') return found;
    const { facts } = found;
    if (!facts) return { outcome: 'no-original' };
    const stillBusy = heavy.resume();
    if (stillBusy) return stillBusy;
    subject = { ...subject, facts };
    logger.info({ imageId: image.imageId, attempt: subject.attempts }, 'image started');
    const original = await watch.time('fetch', () => fetchOriginal(originals, image, facts, engine.limits, signal));
    const contentType = requiredType(services, image);
    const source = await watch.time('inspect', () => engine.inspect(original.bytes, { set, contentType, signal }));
    const only = uploadEntries(set);
    const total = only.length;
    const busy = heavy.take(services.laneOf(original.bytes, source, set, { only }));
    if (busy) return busy;
    const progress = { revision, visibility, total, source };
    // Not awaited here: a decode that follows at once stays in the engine process of its inspection.
    const reported = reportProgress({ ...progress, done: [] });
    reported.catch(() => {});
    const judged = { image, source, ...original };
    const judgement = await judge(services.moderator, { isModerated, earlier: allowed }, judged, signal);
    if (judgement?.outcome === 'postponed') return judgement;
    const kept = judgement && withheld(subject, judgement);
    if (kept) return finished(kept);
    subject = { ...subject, moderation: judgement?.moderation };
    const { focus } = image;
    const picture = await watch.time('decode', () =>
      engine.decode(original.bytes, source, set, { only, focus, signal }),
    );
    const [summary, done] = await summariseAndPublish(picture, watch, {
      cdn,
      onEncoded: services.onEncoded,
      address: { imageId: image.imageId, revision, visibility },
      onPublished: async (published) => {
        const done = [...published];
        await reported;
        await reportProgress({ ...progress, done });
      },
      signal,
    });
    const { decided } = picture;
    if (decided.skipped.length > 0) logger.warn({ imageId: image.imageId, skipped: decided.skipped }, 'steps skipped');
    const made = { source: { ...source, sha256: original.sha256 }, summary, set, revision, visibility, decided, done };
    return finished(readyManifest(subject, { ...made, timingsMs: watch.readings() }));
  } catch (error) {
    if (!isRejection(error)) throw error;
    return finished(rejectedManifest(subject, error));
  }
}

/** The summary is made beside the renditions. The first failure stops both, and nothing of them runs when it is thrown. */
async function summariseAndPublish(
  picture: Picture,
  watch: Stopwatch,
  options: Omit<Parameters<typeof publishRenditions>[0], 'render'>,
) {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const render = (stop: AbortSignal) => picture.render({ signal: stop });
  // In this order: the encodes wait for their slots before the summary does.
  const published = watch.time('render', () => publishRenditions({ ...options, render, signal }));
  const summary = watch.time('summarise', () => picture.summarise({ signal }));
  for (const work of [published, summary]) work.catch((error: unknown) => failed.abort(error));
  await Promise.allSettled([published, summary]);
  picture.close();
  failed.signal.throwIfAborted();
  return [await summary, await published] as const;
}

const finished = (manifest: FinishedManifest) => ({ outcome: 'finished', manifest }) as const;
const imported = (facts: ObjectFacts | undefined) => ({ outcome: 'imported', facts }) as const;

const importOf = async ({ importOriginal }: RenderServices, image: RenderImage, context: RenderContext) =>
  image.importUrl === undefined
    ? imported(undefined)
    : importOriginal({ ...image, importUrl: image.importUrl }, context);

/** Imports declare no type: servers and sellers may not know it. */
const requiredType = ({ strictContentType }: RenderServices, { contentType }: RenderImage) =>
  strictContentType && contentType !== IMPORTED_MEDIA_TYPE ? contentType : undefined;

const logged = (manifest: FinishedManifest) => ({
  ...(manifest.status === 'ready' ? { timingsMs: manifest.timingsMs } : { code: manifest.error.code }),
  ...(manifest.moderation && { moderation: manifest.moderation }),
});
