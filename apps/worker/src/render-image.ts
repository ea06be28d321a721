import { type ImagingEngine, RejectedImageError } from '@imagemill/imaging';
import {
  type Deletions,
  type FinishedManifest,
  type LiveManifest,
  ManifestConflictError,
  type Manifests,
} from '@imagemill/manifests';
import type { RenderContext, RenderHandler, RenderImage } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import type { Categories, CategorySpec } from '@imagemill/variants';
import { deleteImage } from './delete-image.ts';
import { TookTooLongError, UnknownCategoryError } from './errors.ts';
import { fetchOriginal } from './fetch-original.ts';
import { readyManifest, rejectedManifest, type Subject } from './finished-manifest.ts';
import { publishRenditions } from './publish-renditions.ts';
import { createStopwatch } from './stopwatch.ts';

export interface RenderServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
  readonly deletions: Deletions;
  readonly engine: ImagingEngine;
  readonly categories: Categories;
  readonly cdnBaseUrl: string;
  readonly uploadGraceMs: number;
  readonly logger: Logger;
}

/**
 * The work of one job: look → fetch → inspect → render and publish → commit. Running it again is harmless: keys are
 * deterministic, renditions come out with the same bytes, and a run that finds its own manifest has nothing to do.
 */
export function createRenderImage(services: RenderServices): RenderHandler {
  const { originals, manifests, categories, logger } = services;

  async function renderAndCommit(image: RenderImage, context: RenderContext): Promise<RenderOutcome> {
    const [stored, facts] = await Promise.all([
      manifests.read(image, context),
      originals.head(image.originalKey, context),
    ]);
    if (stored?.manifest.status === 'deleted') {
      await deleteImage(services, image, context.signal);
      logger.info({ imageId: image.imageId }, 'image deleted');
      return { outcome: 'deleted' };
    }
    const category = categories.get(image.category);
    if (!category) throw new UnknownCategoryError(image.category);
    const earlier = settled(stored?.manifest, facts, category);
    if (earlier?.replaced) logger.warn({ imageId: image.imageId }, 'the original was replaced, its renditions stay');
    if (earlier) return earlier.outcome;
    if (!facts) return notThere(services, image, context);

    const subject: Subject = { image, facts, attempts: context.attemptsMade + 1 };
    logger.info({ imageId: image.imageId, attempt: subject.attempts }, 'image started');
    const manifest = await render(services, subject, category, context);
    context.signal.throwIfAborted();
    if (stored?.manifest.status === 'ready' && manifest.status === 'rejected') {
      // What is public of an earlier revision stays good, also when today's limits would refuse its original.
      logger.warn({ imageId: image.imageId, code: manifest.error.code }, 'can not be made anew, its renditions stay');
      return { outcome: 'ready' };
    }
    await manifests.publish(manifest, stored, context);
    logger.info({ imageId: image.imageId, status: manifest.status, ...logged(manifest) }, 'image finished');
    return manifest.status === 'ready' ? { outcome: 'ready' } : { outcome: 'rejected', error: manifest.error };
  }

  return (image, context) =>
    renderAndCommit(image, context).catch((error: unknown) => {
      if (!(error instanceof ManifestConflictError)) throw error;
      // Somebody else ended this image meanwhile, or deleted it: the second look finds which.
      return renderAndCommit(image, context);
    });
}

/** The original is not there, and no manifest says that it ever was. */
async function notThere(
  { originals, uploadGraceMs }: RenderServices,
  image: RenderImage,
  context: RenderContext,
): Promise<RenderOutcome> {
  const expiresAt = Date.parse(image.uploadExpiresAt) + uploadGraceMs;
  if (Date.now() <= expiresAt) return { outcome: 'not-uploaded' };
  // A HEAD can't tell a missing object from a missing bucket, and this end is for good.
  await originals.probe(context);
  return { outcome: 'expired' };
}

interface Settled {
  readonly outcome: RenderOutcome;
  /** Another original lies there now, on storage that can't refuse it. What is public already never changes. */
  readonly replaced: boolean;
}

/** What an earlier run came to; nothing when there is work left, as when the variant set has changed since. */
function settled(
  manifest: LiveManifest | undefined,
  facts: ObjectFacts | undefined,
  { revision }: CategorySpec,
): Settled | undefined {
  if (!manifest || manifest.status === 'failed') return undefined;
  const replaced = facts !== undefined && facts.etag !== manifest.originalEtag;
  if (manifest.status === 'rejected') return { outcome: { outcome: 'rejected', error: manifest.error }, replaced };
  const canRenderAgain = facts !== undefined && !replaced && manifest.revision !== revision;
  return canRenderAgain ? undefined : { outcome: { outcome: 'ready' }, replaced };
}

/** Everything between the original and its manifest. What the picture itself is to blame for ends in a manifest too. */
async function render(
  services: RenderServices,
  subject: Subject,
  { set, revision }: CategorySpec,
  { signal, reportProgress, attemptsMade }: RenderContext,
): Promise<FinishedManifest> {
  const { originals, cdn, engine, cdnBaseUrl } = services;
  const { image, facts } = subject;
  const watch = createStopwatch();
  try {
    const original = await watch.time('fetch', () => fetchOriginal(originals, image, facts, engine.limits, signal));
    const source = await watch.time('inspect', () => engine.inspect(original.bytes, image));
    const total = set.length;
    await reportProgress({ revision, total, source, done: [] });

    const picture = await watch.time('decode', () => engine.decode(original.bytes, source, set, { signal }));
    const summary = await watch.time('summarise', () => picture.summarise());
    const done = await watch.time('render', () =>
      publishRenditions({
        cdn,
        address: { imageId: image.imageId, revision },
        render: (stop) => picture.render({ signal: stop }),
        onPublished: (published) => reportProgress({ revision, total, source, done: [...published] }),
        signal,
      }),
    );
    const made = { source: { ...source, sha256: original.sha256 }, summary, set, revision, done };
    return readyManifest(subject, made, { cdnBaseUrl, timingsMs: watch.readings() });
  } catch (error) {
    if (!(error instanceof RejectedImageError)) throw error;
    // The clock alone does not prove a hopeless picture: the process may have been paused. A second time it does.
    if (error.code === 'timeout' && attemptsMade === 0) throw new TookTooLongError(error);
    return rejectedManifest(subject, error);
  }
}

type RenderOutcome = Awaited<ReturnType<RenderHandler>>;

const logged = (manifest: FinishedManifest) =>
  manifest.status === 'ready' ? { timingsMs: manifest.timingsMs } : { code: manifest.error.code };
