import type { LiveManifest } from '@imagemill/manifests';
import {
  type Categories,
  type CategorySpec,
  Focus,
  ImageId,
  type OwnSettings,
  ownSpec,
  Provenance,
  planRenditions,
  publicUrl,
  Rendition,
  renditionKey,
  SourceFacts,
  uploadEntries,
  type Variant,
  type VariantSet,
} from '@imagemill/variants';
import { z } from 'zod';
import type { ImageRecord } from './image-record.ts';

/** An image in the API's responses. */
export const ImageView = z.object({
  imageId: ImageId,
  category: z.string(),
  filename: z.string().optional().meta({
    description: "the seller's file name; missing if not known, or not known yet",
  }),
  metadata: z.record(z.string(), z.string()).meta({ description: 'the metadata of the upload request, unchanged' }),
  focus: Focus.optional().meta({
    description: 'the point around which entries with the position `focus` are cropped; missing if none was given',
  }),
  status: z.enum(['awaiting-upload', 'queued', 'processing', 'ready', 'rejected', 'failed', 'expired']),
  progress: z
    .object({ done: z.int(), total: z.int() })
    .meta({ description: 'number of renditions that a worker makes' }),
  source: SourceFacts.omit({ provenance: true }).optional(),
  provenance: Provenance.optional().meta({ description: 'missing if the file says nothing about its origin' }),
  placeholder: z.string().optional().meta({ description: 'ThumbHash, base64: https://evanw.github.io/thumbhash/' }),
  dominantColour: z.string().optional().meta({ description: '`#rrggbb`' }),
  renditions: z
    .array(Rendition)
    .meta({ description: 'the renditions that are already live, and those that are made on their first request' }),
  error: z.object({ code: z.string(), message: z.string() }).optional().meta({
    description: 'why the image was rejected, failed or expired; `code` is stable, `message` is for the seller',
  }),
  attempts: z.int().meta({ description: 'how often a worker has tried to process it' }),
  createdAt: z.iso.datetime(),
  readyAt: z.iso.datetime().optional(),
});
export type ImageView = z.infer<typeof ImageView>;

interface ViewOptions {
  readonly categories: Categories;
  readonly cdnBaseUrl: string;
}

/** @returns a function that converts a record to the API's view of it */
export function createImageView(options: ViewOptions): (record: ImageRecord) => ImageView {
  return (record) => (record.from === 'job' ? fromJob(record, options) : fromManifest(record.manifest, options));
}

function fromManifest(manifest: LiveManifest, { categories, cdnBaseUrl }: ViewOptions): ImageView {
  const { imageId, category, metadata, focus, attempts, createdAt } = manifest;
  const spec = specOf(categories, manifest);
  // In a manifest, an empty file name means that none was given.
  const given = { filename: manifest.filename || undefined, metadata, ...(focus && { focus }) };
  const common = { imageId, category, ...given, attempts, createdAt };
  if (manifest.status !== 'ready') {
    const progress = { done: 0, total: plannedTotal(spec) };
    return { ...common, status: manifest.status, progress, renditions: [], error: manifest.error };
  }
  const { sha256: _, ...facts } = manifest.source;
  const { placeholder, dominantColour, readyAt, revision } = manifest;
  const stored = manifest.renditions.map(({ key, ...rendition }) => ({
    ...rendition,
    url: publicUrl(cdnBaseUrl, key),
  }));
  // Including an entry that was made on request when the image was finished: `when` is no part of the revision.
  const planned = spec?.revision === revision ? spec.set.filter((entry) => !stored.some(isOf(entry))) : [];
  const renditions = [...stored, ...onRequest(planned, { imageId, source: facts, revision, cdnBaseUrl })];
  const progress = { done: stored.length, total: stored.length };
  return {
    ...common,
    ...sourceOf(facts),
    ...{ status: 'ready', progress, placeholder, dominantColour, renditions, readyAt },
  };
}

function fromJob(record: FromJob, { categories, cdnBaseUrl }: ViewOptions): ImageView {
  const { image, progress, attempts } = record.job;
  const { imageId, category, filename, metadata, focus, createdAt } = image;
  const spec = specOf(categories, image);
  const done = progress?.done ?? [];
  const stored = done.map((rendition) => {
    const { variant, format } = rendition;
    const key = renditionKey({ imageId, revision: progress?.revision ?? '', variant, format });
    return { ...rendition, url: publicUrl(cdnBaseUrl, key) };
  });
  const planned =
    isUnderWay(record) && progress && progress.revision === spec?.revision
      ? onRequest(
          spec.set.filter(({ when }) => when === 'request'),
          { imageId, ...progress, cdnBaseUrl },
        )
      : [];
  return {
    imageId,
    category,
    filename,
    metadata,
    ...(focus && { focus }),
    status: record.status,
    progress: { done: stored.length, total: progress?.total ?? plannedTotal(spec) },
    ...sourceOf(progress?.source),
    renditions: [...stored, ...planned],
    ...errorOf(record),
    attempts,
    createdAt,
  };
}

function sourceOf(facts: SourceFacts | undefined): Pick<ImageView, 'source' | 'provenance'> {
  if (!facts) return {};
  const { provenance, ...source } = facts;
  return { source, ...(provenance && { provenance }) };
}

/** The current set and revision of an image; undefined if its category no longer exists. */
function specOf(categories: Categories, image: { readonly category: string } & OwnSettings): CategorySpec | undefined {
  const category = categories.get(image.category);
  return category && ownSpec(category, image);
}

const plannedTotal = (spec: CategorySpec | undefined) => uploadEntries(spec?.set ?? []).length;

const isUnderWay = ({ status }: FromJob) => status === 'queued' || status === 'processing';

const isOf =
  ({ name, format }: Variant) =>
  (rendition: Pick<Rendition, 'variant' | 'format'>) =>
    rendition.variant === name && rendition.format === format;

interface PlannedOf {
  readonly imageId: ImageId;
  readonly revision: string;
  readonly source: SourceFacts;
  readonly cdnBaseUrl: string;
}

/** Renditions that are not stored yet, with the sizes that they will have, in the order of the set. */
const onRequest = (entries: VariantSet, { imageId, revision, source, cdnBaseUrl }: PlannedOf): Rendition[] =>
  entries
    .flatMap((entry) => planRenditions(source, [entry]))
    .map(({ variant: { name: variant, format }, width, height }) => {
      const url = publicUrl(cdnBaseUrl, renditionKey({ imageId, revision, variant, format }));
      return { variant, format, url, width, height, bytes: null, planned: true };
    });

/** The message to the seller for a dead letter. Operators see the cause in the list of dead letters. */
export const processingFailed = {
  code: 'processing-failed',
  message: 'This image could not be processed. An operator will look into it.',
};

type FromJob = ImageRecord & { from: 'job' };

function errorOf({ job, status }: FromJob): { error?: ImageView['error'] } {
  if (job.rejection) return { error: job.rejection };
  if (status === 'failed') {
    return { error: processingFailed };
  }
  if (status === 'expired') {
    return { error: { code: 'upload-expired', message: 'Nothing was uploaded before the upload URL expired.' } };
  }
  return {};
}
