import { Category, ImageId, Rendition, SourceFacts, Tenant } from '@imagemill/variants';
import { z } from 'zod';

const identity = {
  manifestVersion: z.literal(1),
  imageId: ImageId,
  tenant: Tenant,
  category: Category,
  originalKey: z.string(),
};

const finished = {
  ...identity,
  filename: z.string(),
  metadata: z.record(z.string(), z.string()),
  attempts: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
};

/** ETag of the original that a manifest speaks of. */
const originalEtag = z.string();
const error = z.object({ code: z.string(), message: z.string() });

/** The record of a finished image, written last: every rendition that it names is already in the CDN bucket. */
export const Manifest = z.discriminatedUnion('status', [
  z.object({
    ...finished,
    status: z.literal('ready'),
    originalEtag,
    revision: z.string(),
    source: SourceFacts.extend({ sha256: z.string() }),
    /** ThumbHash of the picture, base64: https://evanw.github.io/thumbhash/ */
    placeholder: z.string(),
    /** #rrggbb */
    dominantColour: z.string(),
    renditions: z.array(Rendition),
    readyAt: z.iso.datetime(),
    timingsMs: z.record(z.string(), z.number()),
  }),
  z.object({ ...finished, status: z.literal('rejected'), originalEtag, error, rejectedAt: z.iso.datetime() }),
  /** A dead letter that an operator has discarded: nobody works on it any more. */
  z.object({ ...finished, status: z.literal('failed'), error, failedAt: z.iso.datetime() }),
  /** All that stays of a deleted image, so that a worker which still has it in hand can not publish it again. */
  z.object({ ...identity, status: z.literal('deleted'), deletedAt: z.iso.datetime() }),
]);
export type Manifest = z.infer<typeof Manifest>;

/** What a render ends in. */
export type FinishedManifest = Extract<Manifest, { status: 'ready' | 'rejected' }>;

/** The manifest of an image that is still there for its tenant. */
export type LiveManifest = Exclude<Manifest, { status: 'deleted' }>;
