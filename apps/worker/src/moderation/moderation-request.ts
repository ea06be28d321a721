import { createHash } from 'node:crypto';
import type { RenderImage } from '@imagemill/records';
import type { PresignedDownload } from '@imagemill/storage';
import type { ImageId, SourceFacts } from '@imagemill/variants';
import type { Preview } from './make-preview.ts';

/** An image that needs a verdict: its inspected original. */
export interface Judged {
  readonly image: RenderImage;
  readonly bytes: Uint8Array;
  /** Of the bytes, in hex digits. */
  readonly sha256: string;
  readonly source: SourceFacts;
}

/** One question to the service. A retry, or another run of the job, has the same id for the same original. */
export interface ModerationRequest {
  readonly id: string;
  readonly imageId: ImageId;
  /** JSON: docs/moderation.md. */
  readonly body: string;
}

interface Urls {
  readonly preview: PresignedDownload;
  readonly original?: PresignedDownload | undefined;
}

export function moderationRequest(
  { image, source, sha256 }: Judged,
  { width, height }: Pick<Preview, 'width' | 'height'>,
  { preview, original }: Urls,
): ModerationRequest {
  const { imageId, tenant, category, filename, metadata, contentType } = image;
  const { provenance, ...facts } = source;
  const data = {
    imageId,
    tenant,
    category,
    filename,
    metadata,
    provenance,
    source: { ...facts, sha256 },
    preview: { ...linkTo(preview), contentType: 'image/jpeg', width, height },
    ...(original && { original: { ...linkTo(original), contentType } }),
  };
  const hash = createHash('sha256').update(`${imageId}\n${sha256}`).digest('hex').slice(0, 12);
  const message = { type: 'image.moderate', timestamp: new Date().toISOString(), data };
  return { id: `mod_${imageId}_${hash}`, imageId, body: JSON.stringify(message) };
}

const linkTo = ({ url, expiresAt }: PresignedDownload) => ({ url, expiresAt: expiresAt.toISOString() });
