import { isPublishedPublicly, type LiveManifest } from '@imagemill/manifests';
import { Warning } from '@imagemill/report';
import {
  type Categories,
  type CategorySpec,
  Enhance,
  Focus,
  FocusChoice,
  ImageId,
  type OwnSettings,
  ownSpec,
  Provenance,
  planRenditions,
  Rendition,
  renditionKey,
  SkippedStep,
  SourceFacts,
  type Tenant,
  uploadEntries,
  type Variant,
} from '@imagemill/variants';
import { z } from 'zod';
import type { ImageRecord } from './image-record.ts';
import type { RenditionUrls } from './rendition-urls.ts';

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
  enhance: Enhance.optional().meta({
    description: '`sharpen`: its renditions are made from sharpened pixels; missing if that was not requested',
  }),
  chosenFocus: FocusChoice.optional().meta({
    description:
      'the point around which entries with the position `face` are cropped, and what it was chosen by; missing until the image is ready, and if its category has no such entry',
  }),
  skipped: z.array(SkippedStep).optional().meta({
    description: 'steps that the image was made without: `faces` were not detected; missing if there are none',
  }),
  warnings: z.array(Warning).optional().meta({
    description:
      'what its seller should know about it: docs/seller-report.md; missing until its original was examined, empty if there is nothing',
  }),
  status: z.enum(['awaiting-upload', 'queued', 'processing', 'ready', 'rejected', 'held', 'failed', 'expired']),
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
    description:
      'why the image was rejected, held or failed, or has expired; `code` is stable, `message` is for the seller',
  }),
  attempts: z.int().meta({ description: 'how often a worker has tried to process it' }),
  createdAt: z.iso.datetime(),
  readyAt: z.iso.datetime().optional(),
});
export type ImageView = z.infer<typeof ImageView>;

interface ViewOptions {
  readonly categories: Categories;
  readonly urls: RenditionUrls;
}

/** @returns a function that converts a record to the API's view of it */
export function createImageView(options: ViewOptions): (record: ImageRecord) => ImageView {
  return (record) => (record.from === 'job' ? fromJob(record, options) : fromManifest(record, options));
}

function fromManifest({ manifest, status }: FromManifest, { categories, urls }: ViewOptions): ImageView {
  const { imageId, tenant, category, metadata, attempts, createdAt } = manifest;
  const spec = specOf(categories, manifest);
  // In a manifest, an empty file name means that none was given.
  const given = { filename: manifest.filename || undefined, metadata, ...requested(manifest) };
  const common = { imageId, category, ...given, attempts, createdAt };
  if (manifest.status !== 'ready') {
    const progress = { done: 0, total: plannedTotal(spec) };
    return { ...common, ...findingsIn(manifest), status, progress, renditions: [] };
  }
  const { source } = manifest;
  const { placeholder, dominantColour, chosenFocus, skipped, readyAt } = manifest;
  // The category has become private: its public renditions are about to be deleted.
  const isWithdrawn = spec?.visibility === 'signed' && isPublishedPublicly(manifest);
  const stored = isWithdrawn ? [] : manifest.renditions;
  // Including an entry that was made on request when the image was finished: `when` is not part of the revision.
  const isPlanned = isWithdrawn || spec?.revision === manifest.revision;
  const planned = isPlanned ? (spec?.set ?? []).filter((entry) => !stored.some(isOf(entry))) : [];
  const onFirstRequest = spec ? onRequest(planned, { imageId, source, ...spec }) : [];
  const renditions = withUrls(urls, tenant, [...stored, ...onFirstRequest]);
  const progress = { done: manifest.renditions.length, total: manifest.renditions.length };
  return {
    ...common,
    ...sourceOf(source),
    ...warningsOf(manifest),
    status: 'ready',
    progress,
    placeholder,
    dominantColour,
    renditions,
    readyAt,
    ...(chosenFocus && { chosenFocus }),
    ...(skipped && { skipped }),
  };
}

function fromJob(record: FromJob, { categories, urls }: ViewOptions): ImageView {
  const { image, progress, attempts } = record.job;
  const { imageId, tenant, category, filename, metadata, createdAt } = image;
  const spec = specOf(categories, image);
  const { done = [], revision = '', visibility = 'public' } = progress ?? {};
  const isWithdrawn = spec?.visibility === 'signed' && visibility === 'public';
  const stored = done.map((rendition) => ({
    ...rendition,
    key: renditionKey({ imageId, revision, visibility, ...rendition }),
  }));
  const planned =
    // An edge makes nothing of a moderated image that is not ready.
    isUnderWay(record) && progress && spec && !spec.isModerated && revision === spec.revision
      ? onRequest(
          spec.set.filter(({ when }) => when === 'request'),
          { imageId, source: progress.source, ...spec },
        )
      : [];
  return {
    imageId,
    category,
    filename,
    metadata,
    ...requested(image),
    status: record.status,
    progress: { done: stored.length, total: progress?.total ?? plannedTotal(spec) },
    ...sourceOf(progress?.source),
    renditions: withUrls(urls, tenant, [...(isWithdrawn ? [] : stored), ...planned]),
    ...errorOf(record),
    attempts,
    createdAt,
  };
}

/** Of this image alone. */
const requested = ({ focus, enhance }: OwnSettings): Pick<ImageView, 'focus' | 'enhance'> => ({
  ...(focus && { focus }),
  ...(enhance && { enhance }),
});

/** What is known of an image that is not ready. */
function findingsIn(
  manifest: Exclude<LiveManifest, { status: 'ready' }>,
): Pick<ImageView, 'source' | 'provenance' | 'warnings' | 'error'> {
  if (manifest.status === 'released') return {};
  const { error } = manifest;
  return manifest.status === 'failed' ? { error } : { ...sourceOf(manifest.source), ...warningsOf(manifest), error };
}

const warningsOf = ({ warnings }: Pick<ImageView, 'warnings'>): Pick<ImageView, 'warnings'> =>
  warnings ? { warnings } : {};

function sourceOf(
  facts: (SourceFacts & { readonly sha256?: string }) | undefined,
): Pick<ImageView, 'source' | 'provenance'> {
  if (!facts) return {};
  const { provenance, sha256: _, ...source } = facts;
  return { source, ...(provenance && { provenance }) };
}

/** The current set and revision of an image; undefined if its category no longer exists. */
function specOf(categories: Categories, image: { readonly category: string } & OwnSettings): CategorySpec | undefined {
  const category = categories.get(image.category);
  return category && ownSpec(category, image);
}

type Keyed = Omit<Rendition, 'url' | 'expiresAt'> & { readonly key: string };

const withUrls = (urls: RenditionUrls, tenant: Tenant, renditions: readonly Keyed[]): Rendition[] =>
  renditions.flatMap(({ key, ...rendition }) => {
    const at = urls.of(tenant, key);
    return at ? [{ ...rendition, ...at }] : [];
  });

const plannedTotal = (spec: CategorySpec | undefined) => uploadEntries(spec?.set ?? []).length;

const isUnderWay = ({ status }: FromJob) => status === 'queued' || status === 'processing';

const isOf =
  ({ name, format }: Variant) =>
  (rendition: Pick<Rendition, 'variant' | 'format'>) =>
    rendition.variant === name && rendition.format === format;

interface PlannedOf extends Pick<CategorySpec, 'revision' | 'visibility'> {
  readonly imageId: ImageId;
  readonly source: SourceFacts;
}

/** Renditions that are not stored yet, with the sizes that they will have, or the largest possible ones, in the order of the set. */
const onRequest = (entries: readonly Variant[], { imageId, revision, visibility, source }: PlannedOf): Keyed[] =>
  entries
    .flatMap((entry) => planRenditions(source, [entry]))
    .map(({ variant: { name: variant, format }, width, height, isAtMost }) => {
      const key = renditionKey({ imageId, revision, visibility, variant, format });
      const size = { width, height, ...(isAtMost && ({ atMost: true } as const)) };
      return { variant, format, key, ...size, bytes: null, planned: true };
    });

/** The message to the seller for a dead letter. Operators see the cause in the list of dead letters. */
export const processingFailed = {
  code: 'processing-failed',
  message: 'This image could not be processed. An operator will look into it.',
};

type FromJob = ImageRecord & { from: 'job' };
type FromManifest = ImageRecord & { from: 'manifest' };

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
