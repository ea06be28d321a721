import type { Picture } from '@imagemill/imaging';
import { type FinishedManifest, readyManifest, type Subject, type Unchecked } from '@imagemill/manifests';
import type { Original } from '@imagemill/rendering';
import { warningsOf } from '@imagemill/report';
import { type CategorySpec, type SourceFacts, uploadEntries } from '@imagemill/variants';
import type { HeavyRun } from '../slots/heavy-slots.ts';
import { PostponedError } from './errors.ts';
import { publishRenditions } from './publish-renditions.ts';
import type { RenderServices } from './render-services.ts';
import type { Stopwatch } from './stopwatch.ts';

/** An inspected original that may be rendered and published. */
interface Renderable {
  readonly subject: Subject;
  readonly category: CategorySpec;
  readonly original: Original;
  readonly source: SourceFacts;
}

interface RenderOptions extends Pick<PublishOptions, 'onPublished' | 'signal'> {
  readonly watch: Stopwatch;
  readonly heavy: HeavyRun;
}

/**
 * Decodes an original once, and publishes its renditions.
 *
 * @throws RejectedImageError; StorageError; errors of the engine; PostponedError if it needs a slot for heavy images and none is free
 */
export async function renderOriginal(
  { cdn, engine, duplicates, onEncoded, logger }: RenderServices,
  { subject, category, original, source }: Renderable,
  { watch, heavy, onPublished, signal }: RenderOptions,
): Promise<FinishedManifest> {
  const { set, revision, visibility } = category;
  const { focus, enhance, imageId } = subject.image;
  const only = uploadEntries(set);
  // It would wait in the engine for other heavy images, and hold a slot of the worker's jobs meanwhile.
  function onHeavy(): void {
    const busy = heavy.take('heavy');
    if (busy) throw new PostponedError(busy);
  }
  const options = { only, focus, enhance, isHeavy: heavy.isHeavy, onHeavy, signal };
  const picture = await watch.time('decode', () => engine.decode(original.bytes, source, set, options));
  const address = { imageId, revision, visibility };
  const publishing = { cdn, onEncoded, address, onPublished, signal };
  const [summary, done] = await summariseAndPublish(picture, watch, publishing);
  const { decided } = picture;
  if (decided.skipped.length > 0) logger.warn({ imageId, skipped: decided.skipped }, 'steps skipped');
  const made = { source: { ...source, sha256: original.sha256 }, summary, set, revision, visibility, decided, done };
  const { measured } = summary;
  const similar = await duplicates.of(subject.image, { sha256: original.sha256, hash: measured.hash });
  const warnings = warningsOf({ source, set, measured, similar });
  const unchecked: Unchecked[] = similar ? [] : ['duplicates'];
  return readyManifest({ ...subject, warnings, unchecked }, { ...made, timingsMs: watch.readings() });
}

type PublishOptions = Parameters<typeof publishRenditions>[0];

/** The summary is made beside the renditions. The first failure stops both, and nothing of them runs when it is thrown. */
async function summariseAndPublish(picture: Picture, watch: Stopwatch, options: Omit<PublishOptions, 'render'>) {
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
