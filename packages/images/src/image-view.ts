import type { LiveManifest } from '@imagemill/manifests';
import { type Categories, ImageId, publicUrl, Rendition, renditionKey, SourceFacts } from '@imagemill/variants';
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
  status: z.enum(['awaiting-upload', 'queued', 'processing', 'ready', 'rejected', 'failed', 'expired']),
  progress: z.object({ done: z.int(), total: z.int() }).meta({ description: 'number of renditions' }),
  source: SourceFacts.optional(),
  placeholder: z.string().optional().meta({ description: 'ThumbHash, base64: https://evanw.github.io/thumbhash/' }),
  dominantColour: z.string().optional().meta({ description: '`#rrggbb`' }),
  renditions: z.array(Rendition).meta({ description: 'the renditions that are already live' }),
  error: z.object({ code: z.string(), message: z.string() }).optional().meta({
    description: 'why the image was rejected, failed or expired; `code` is stable, `message` is for the seller',
  }),
  attempts: z.int().meta({ description: 'how often a worker has tried to process it' }),
  createdAt: z.iso.datetime(),
  readyAt: z.iso.datetime().optional(),
});
export type ImageView = z.infer<typeof ImageView>;

/** @returns a function that converts a record to the API's view of it */
export function createImageView(options: {
  categories: Categories;
  cdnBaseUrl: string;
}): (record: ImageRecord) => ImageView {
  const plannedTotal = (category: string) => options.categories.get(category)?.set.length ?? 0;
  return (record) =>
    record.from === 'job'
      ? fromJob(record, plannedTotal(record.job.image.category), options.cdnBaseUrl)
      : fromManifest(record.manifest, plannedTotal(record.manifest.category), options.cdnBaseUrl);
}

function fromManifest(manifest: LiveManifest, plannedTotal: number, cdnBaseUrl: string): ImageView {
  const { imageId, category, metadata, attempts, createdAt } = manifest;
  // In a manifest, an empty file name means that none was given.
  const common = { imageId, category, filename: manifest.filename || undefined, metadata, attempts, createdAt };
  if (manifest.status !== 'ready') {
    const progress = { done: 0, total: plannedTotal };
    return { ...common, status: manifest.status, progress, renditions: [], error: manifest.error };
  }
  const { sha256: _, ...source } = manifest.source;
  const { placeholder, dominantColour, readyAt } = manifest;
  const renditions = manifest.renditions.map(({ key, ...rendition }) => ({
    ...rendition,
    url: publicUrl(cdnBaseUrl, key),
  }));
  const progress = { done: renditions.length, total: renditions.length };
  return { ...common, status: 'ready', progress, source, placeholder, dominantColour, renditions, readyAt };
}

function fromJob(record: FromJob, plannedTotal: number, cdnBaseUrl: string): ImageView {
  const { image, progress, attempts } = record.job;
  const { imageId, category, filename, metadata, createdAt } = image;
  const done = progress?.done ?? [];
  return {
    imageId,
    category,
    filename,
    metadata,
    status: record.status,
    progress: { done: done.length, total: progress?.total ?? plannedTotal },
    ...(progress && { source: progress.source }),
    renditions: done.map((rendition) => {
      const { variant, format } = rendition;
      const key = renditionKey({ imageId, revision: progress?.revision ?? '', variant, format });
      return { ...rendition, url: publicUrl(cdnBaseUrl, key) };
    }),
    ...errorOf(record),
    attempts,
    createdAt,
  };
}

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
