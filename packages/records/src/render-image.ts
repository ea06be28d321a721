import { Category, ImageId, OriginalMediaType, OwnSettings, Tenant } from '@imagemill/variants';
import { z } from 'zod';
import { versioned } from './versioned.ts';

/** A multipart upload in progress. Clients never send its id. Each part except the last has `partSize` bytes. */
export const MultipartOfImage = z.object({
  uploadId: z.string(),
  partSize: z.int().positive(),
  contentLength: z.int().positive(),
});
export type MultipartOfImage = z.infer<typeof MultipartOfImage>;

/** The payload of a render job. */
export const RenderImage = z.object({
  imageId: ImageId,
  tenant: Tenant,
  category: Category,
  originalKey: z.string(),
  contentType: OriginalMediaType,
  /** Bytes of the original, as declared; undefined if unknown before it is read. */
  contentLength: z.int().positive().optional(),
  /** The URL that the worker imports the original from; undefined for uploads. */
  importUrl: z.url().optional(),
  /** Set if the original is uploaded in parts. */
  multipart: MultipartOfImage.optional(),
  /** The seller's file name; missing if the job was recreated from a key alone. */
  filename: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
  /** As the seller gave them. An earlier manifest, or the original's metadata, has those of a recreated job. */
  ...OwnSettings.shape,
  /** Base64, as declared by the seller. */
  checksumSha256: z.string().optional(),
  createdAt: z.iso.datetime(),
  uploadExpiresAt: z.iso.datetime(),
});
export type RenderImage = z.infer<typeof RenderImage>;

/** The payload as stored in a job. Jobs without a version have version 1. */
export const renderImageRecord = versioned({ schema: RenderImage, versionField: 'jobVersion', upgrades: [] });
