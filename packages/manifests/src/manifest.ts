import { versioned } from '@imagemill/records';
import { Measured, Warning } from '@imagemill/report';
import {
  Category,
  FocusChoice,
  Format,
  ImageId,
  OwnSettings,
  SkippedStep,
  SourceFacts,
  Tenant,
  VariantName,
} from '@imagemill/variants';
import { z } from 'zod';
import { namesKeys } from './manifest-upgrades.ts';
import { Moderation } from './moderation.ts';

const identity = {
  imageId: ImageId,
  tenant: Tenant,
  category: Category,
  originalKey: z.string(),
};

const finished = {
  ...identity,
  filename: z.string(),
  metadata: z.record(z.string(), z.string()),
  ...OwnSettings.shape,
  attempts: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
};

/** ETag of the original that the manifest was made from. */
const originalEtag = z.string();
const error = z.object({ code: z.string(), message: z.string() });

/** A rendition by its key in the CDN bucket, not its URL: answers follow CDN_BASE_URL. Width and height in pixels. */
const StoredRendition = z.object({
  variant: VariantName,
  format: Format,
  key: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
});

/** `duplicates`: Redis did not answer. */
export const Unchecked = z.enum(['duplicates']);
export type Unchecked = z.infer<typeof Unchecked>;

/** With the digest of the original. Missing if it could not be read, or if an earlier version wrote the manifest of an image that is not ready. */
const ExaminedSource = SourceFacts.extend({ sha256: z.string() });

/** Missing if the original could not be read, or if an earlier version wrote the manifest. */
const warnings = z.array(Warning).optional();

/** Missing if the category was not moderated. */
const moderation = Moderation.optional();

/**
 * The record of a finished image. It is written last: all renditions that it names are already in the CDN bucket. An image that moderation
 * keeps back has one too, before it is rendered.
 */
export const Manifest = z.discriminatedUnion('status', [
  z.object({
    ...finished,
    status: z.literal('ready'),
    originalEtag,
    revision: z.string(),
    source: ExaminedSource,
    /** ThumbHash of the picture, base64: https://evanw.github.io/thumbhash/ */
    placeholder: z.string(),
    /** #rrggbb */
    dominantColour: z.string(),
    /** What decided the bytes of the revision beside its set. No places of faces are kept. */
    chosenFocus: FocusChoice.optional(),
    skipped: z.array(SkippedStep).optional(),
    renditions: z.array(StoredRendition),
    readyAt: z.iso.datetime(),
    timingsMs: z.record(z.string(), z.number()),
    /** What some of the warnings were made from. Missing if an earlier version wrote the manifest. */
    measured: Measured.optional(),
    /** Checks that the warnings were made without. */
    unchecked: z.array(Unchecked).optional(),
    warnings,
    moderation,
  }),
  z.object({
    ...finished,
    status: z.literal('rejected'),
    originalEtag,
    error,
    source: ExaminedSource.optional(),
    warnings,
    moderation,
    rejectedAt: z.iso.datetime(),
  }),
  /** Not rendered, and public nowhere, until an operator releases or rejects it. */
  z.object({
    ...finished,
    status: z.literal('held'),
    originalEtag,
    error,
    source: ExaminedSource.optional(),
    warnings,
    moderation: Moderation,
    heldAt: z.iso.datetime(),
  }),
  /** An operator has released it. Its job renders it, without asking for a verdict again. */
  z.object({
    ...finished,
    status: z.literal('released'),
    originalEtag,
    moderation: Moderation,
    releasedAt: z.iso.datetime(),
  }),
  /** A dead letter that an operator has discarded. It is not retried. */
  z.object({ ...finished, status: z.literal('failed'), error, failedAt: z.iso.datetime() }),
  /** The tombstone of a deleted image. It keeps a render in flight from publishing the image again. */
  z.object({ ...identity, status: z.literal('deleted'), deletedAt: z.iso.datetime() }),
]);
export type Manifest = z.infer<typeof Manifest>;

/** As it is stored. An earlier version is upgraded by each of these in turn when it is read. */
export const manifestRecord = versioned({
  schema: Manifest,
  versionField: 'manifestVersion',
  upgrades: [namesKeys],
});

/** The manifests that a render can produce. */
export type FinishedManifest = Extract<Manifest, { status: 'ready' | 'rejected' | 'held' }>;

/** The manifest of an image that has not been deleted. */
export type LiveManifest = Exclude<Manifest, { status: 'deleted' }>;

export const moderationOf = (manifest: LiveManifest): Moderation | undefined =>
  manifest.status === 'failed' ? undefined : manifest.moderation;
