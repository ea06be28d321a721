import type { AppError } from '@imagemill/errors';
import type { RenderImage, RenderProgress } from '@imagemill/records';
import type { Measured, Warning } from '@imagemill/report';
import type { ObjectFacts } from '@imagemill/storage';
import {
  type Decided,
  type OriginalAddress,
  originalKey,
  ownSettings,
  renditionKey,
  type SourceFacts,
  type VariantSet,
  type Visibility,
} from '@imagemill/variants';
import type { FinishedManifest, Manifest, Unchecked } from './manifest.ts';
import { type Moderation, moderationErrors } from './moderation.ts';
import { sellersText } from './sellers-text.ts';

/** A job's image and the original that the job found. A rejected import may have no original. */
export interface Subject {
  readonly image: RenderImage;
  readonly facts: ObjectFacts | undefined;
  readonly attempts: number;
  /** Undefined if the category is not moderated, or before there is a verdict. */
  readonly moderation?: Moderation | undefined;
  /** Undefined before the original was inspected. */
  readonly source?: (SourceFacts & { readonly sha256: string }) | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** Checks that the warnings were made without. */
  readonly unchecked?: readonly Unchecked[] | undefined;
}

interface Rendered {
  readonly source: NonNullable<Subject['source']>;
  readonly summary: {
    readonly placeholder: string;
    readonly dominantColour: string;
    readonly measured?: Measured | undefined;
  };
  readonly set: VariantSet;
  readonly revision: string;
  readonly visibility: Visibility;
  readonly decided: Decided;
  readonly done: readonly RenderProgress['done'][number][];
  /** Milliseconds by step. */
  readonly timingsMs: Record<string, number>;
}

/** The manifest of an image with all renditions in the CDN bucket, listed in the order of the variant set. */
export function readyManifest(subject: Subject, rendered: Rendered): FinishedManifest {
  const { imageId } = subject.image;
  const { set, revision, visibility, source, timingsMs } = rendered;
  const { placeholder, dominantColour, measured } = rendered.summary;
  const { chosenFocus, skipped } = rendered.decided;
  const { unchecked = [] } = subject;
  const decided = {
    ...(chosenFocus && { chosenFocus }),
    ...(skipped.length > 0 && { skipped: [...skipped] }),
    ...(unchecked.length > 0 && { unchecked: [...unchecked] }),
  };
  const published = new Map(rendered.done.map((rendition) => [`${rendition.variant}.${rendition.format}`, rendition]));
  const renditions = set.flatMap(({ name, format }) => {
    const rendition = published.get(`${name}.${format}`);
    const key = renditionKey({ imageId, revision, visibility, variant: name, format });
    return rendition ? [{ ...rendition, key }] : [];
  });
  const readyAt = new Date().toISOString();
  return {
    ...finished(subject),
    status: 'ready',
    revision,
    source,
    placeholder,
    dominantColour,
    measured,
    ...decided,
    renditions,
    readyAt,
    timingsMs,
  };
}

/** The manifest of a rejected image, with the reason for its seller. */
export function rejectedManifest(
  subject: Subject,
  { code, publicMessage }: Pick<AppError, 'code' | 'publicMessage'>,
): FinishedManifest {
  const error = { code, message: publicMessage };
  return { ...finished(subject), status: 'rejected', error, rejectedAt: new Date().toISOString() };
}

/** The manifest of an image that moderation keeps back. @param message for its seller */
export function heldManifest(
  subject: Subject & { readonly moderation: Moderation },
  message: string = moderationErrors.held.message,
): FinishedManifest {
  const error = { ...moderationErrors.held, message };
  const { moderation } = subject;
  return { ...finished(subject), moderation, status: 'held', error, heldAt: new Date().toISOString() };
}

/** The manifest of a dead letter that an operator has discarded. */
export function failedManifest(
  { image, attempts, failedAt }: { image: RenderImage; attempts: number; failedAt: string },
  error: { code: string; message: string },
): Manifest {
  return { ...identity(image), ...given(image, undefined), attempts, status: 'failed', error, failedAt };
}

/** The record that remains of a deleted image. */
export function tombstone(image: OriginalAddress): Manifest {
  const { imageId, tenant, category } = image;
  const deletedAt = new Date().toISOString();
  return { imageId, tenant, category, originalKey: originalKey(image), status: 'deleted', deletedAt };
}

const finished = ({ image, facts, attempts, moderation, source, warnings }: Subject) => ({
  ...identity(image),
  ...given(image, facts),
  attempts,
  originalEtag: facts?.etag ?? '',
  ...(source && { source }),
  ...(warnings && { warnings: [...warnings] }),
  ...(moderation && { moderation }),
});

const identity = ({ imageId, tenant, category, originalKey: key }: RenderImage) => ({
  imageId,
  tenant,
  category,
  originalKey: key,
});

const given = (image: RenderImage, facts: ObjectFacts | undefined) => ({
  filename: image.filename ?? sellersText(facts).filename ?? '',
  metadata: image.metadata,
  ...ownSettings(image),
  createdAt: image.createdAt,
});
