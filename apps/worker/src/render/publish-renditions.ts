import type { RenderedVariant } from '@imagemill/imaging';
import { putRendition } from '@imagemill/manifests';
import type { RenderProgress } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { inSpan, recordSpan } from '@imagemill/tracing';
import { type RenditionAddress, renditionKey } from '@imagemill/variants';

type Published = RenderProgress['done'][number];

/**
 * Uploads each rendition as soon as it is encoded, while the next ones are being encoded: the first rendition is public
 * early. Resolves when all of them are in the bucket. The first failed upload stops the rendering.
 *
 * @param render yields the renditions until its signal is aborted
 * @param onPublished called after each upload with all renditions published so far
 */
export async function publishRenditions(options: {
  readonly cdn: ObjectStorage;
  readonly address: Pick<RenditionAddress, 'imageId' | 'revision' | 'visibility'>;
  readonly render: (signal: AbortSignal) => AsyncIterable<RenderedVariant>;
  readonly onEncoded?: ((format: string, seconds: number) => void) | undefined;
  readonly onPublished: (published: readonly Published[]) => Promise<void>;
  readonly signal: AbortSignal;
}): Promise<readonly Published[]> {
  const { cdn, address, render, onPublished } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const published: Published[] = [];
  const uploads: Promise<void>[] = [];

  async function publish({ variant, data, width, height }: RenderedVariant): Promise<void> {
    const { name, format } = variant;
    const key = renditionKey({ ...address, variant: name, format });
    const store = () => storedBytes(cdn, { key, format, body: data }, signal);
    const bytes = await inSpan(
      'publish',
      { facts: { ...factsOf(variant), 'imagemill.bytes': data.byteLength } },
      store,
    );
    published.push({ variant: name, format, width, height, bytes });
    await onPublished(published);
  }

  try {
    for await (const rendered of render(signal)) {
      const { variant, encodeMs } = rendered;
      if (encodeMs !== undefined) {
        options.onEncoded?.(variant.format, encodeMs / 1000);
        // It was encoded in an engine process, which has no network.
        recordSpan('encode', encodeMs, factsOf(variant));
      }
      const upload = publish(rendered);
      upload.catch((error: unknown) => failed.abort(error));
      uploads.push(upload);
    }
  } catch (error) {
    // A render that was stopped by a failed upload throws too; the error of the upload is the cause.
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    await Promise.allSettled(uploads);
  }
  failed.signal.throwIfAborted();
  return published;
}

const factsOf = ({ name, format }: RenderedVariant['variant']) => ({
  'imagemill.variant': name,
  'imagemill.format': format,
});

const TRIES = 3;

/** Stores a rendition, and returns the size of what is stored: that of another writer, if its write was first. */
async function storedBytes(
  cdn: ObjectStorage,
  rendition: Parameters<typeof putRendition>[1],
  signal: AbortSignal,
): Promise<number> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const { outcome } = await putRendition(cdn, rendition, signal);
    if (outcome === 'stored') return rendition.body.byteLength;
    const stored = await cdn.head(rendition.key, { signal });
    // Otherwise it was deleted in between, as a rendition without a manifest.
    if (stored) return stored.sizeBytes;
  }
  throw new Error(`${rendition.key} is deleted after each write.`);
}
