import { type ImagingEngine, RejectedImageError } from '@imagemill/imaging';
import type { Manifest, Manifests } from '@imagemill/manifests';
import type { RenderContext, RenderHandler, RenderImage } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import type { Categories, CategorySpec } from '@imagemill/variants';
import { TookTooLongError, UnknownCategoryError } from './errors.ts';
import { fetchOriginal } from './fetch-original.ts';
import { readyManifest, rejectedManifest, type Subject } from './finished-manifest.ts';
import { publishRenditions } from './publish-renditions.ts';
import { createStopwatch } from './stopwatch.ts';

export interface RenderServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
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

  return async (image, context) => {
    const facts = await originals.head(image.originalKey, context);
    if (!facts) {
      if (mayStillCome(image, services.uploadGraceMs)) return { outcome: 'not-uploaded' };
      // A HEAD can't tell a missing object from a missing bucket, and this end is for good.
      await originals.probe(context);
      return { outcome: 'expired' };
    }
    const category = categories.get(image.category);
    if (!category) throw new UnknownCategoryError(image.category);

    const stored = await manifests.read(image, context);
    const earlier = outcomeOf(stored?.manifest, facts, category);
    if (earlier) return earlier;
    const subject: Subject = { image, facts, attempts: context.attemptsMade + 1 };
    const manifest = await render(services, subject, category, context);
    context.signal.throwIfAborted();
    await manifests.publish(manifest, stored, context);
    logger.info({ imageId: image.imageId, status: manifest.status, ...logged(manifest) }, 'image finished');
    return manifest.status === 'ready' ? { outcome: 'ready' } : { outcome: 'rejected', error: manifest.error };
  };
}

const mayStillCome = (image: RenderImage, graceMs: number) => Date.now() <= Date.parse(image.uploadExpiresAt) + graceMs;

/** What an earlier run made of this very original; nothing when it was another, or the variant set has changed since. */
function outcomeOf(manifest: Manifest | undefined, facts: ObjectFacts, { revision }: CategorySpec) {
  if (manifest?.originalEtag !== facts.etag) return undefined;
  if (manifest.status === 'rejected') return { outcome: 'rejected', error: manifest.error } as const;
  return manifest.revision === revision ? ({ outcome: 'ready' } as const) : undefined;
}

/** Everything between the original and its manifest. What the picture itself is to blame for ends in a manifest too. */
async function render(
  services: RenderServices,
  subject: Subject,
  { set, revision }: CategorySpec,
  { signal, reportProgress, attemptsMade }: RenderContext,
): Promise<Manifest> {
  const { originals, cdn, engine, cdnBaseUrl } = services;
  const { image, facts } = subject;
  const watch = createStopwatch();
  try {
    const original = await watch.time('fetch', () => fetchOriginal(originals, image, facts, engine.limits, signal));
    const source = await watch.time('inspect', () => engine.inspect(original.bytes, image));
    const total = set.length;
    await reportProgress({ revision, total, source, done: [] });

    const picture = await watch.time('decode', () => engine.decode(original.bytes, source, set));
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

const logged = (manifest: Manifest) =>
  manifest.status === 'ready' ? { timingsMs: manifest.timingsMs } : { code: manifest.error.code };
