import type { Manifest } from './manifest.ts';
import type { Manifests, StoredManifest } from './manifests.ts';
import { type Moderation, moderationErrors } from './moderation.ts';

type HeldManifest = Extract<Manifest, { status: 'held' }>;
type JudgedManifest = Extract<Manifest, { status: 'released' | 'rejected' }>;

/** A manifest of a held image, as stored. */
export interface StoredHeld extends StoredManifest {
  readonly manifest: HeldManifest;
}

export const isHeld = (stored: StoredManifest | undefined): stored is StoredHeld => stored?.manifest.status === 'held';

/** Why a held image is released or rejected. */
export interface Judgement extends Pick<Moderation, 'by' | 'keyId'> {
  readonly verdict: 'allow' | 'reject';
  /** For the seller of a rejected image. */
  readonly message?: string | undefined;
}

/**
 * Ends the hold of an image. Only the manifest changes: the caller starts the image's job, which renders a released image, and deletes what
 * a rejected one has left.
 *
 * @throws StorageError
 * @throws ManifestConflictError if the manifest was replaced in the meantime
 */
export async function judgeHeld(
  manifests: Pick<Manifests, 'publish'>,
  held: StoredHeld,
  { verdict, by, keyId, message }: Judgement,
): Promise<JudgedManifest> {
  const { status: _status, error: _error, heldAt: _heldAt, moderation: asked, ...common } = held.manifest;
  const at = new Date().toISOString();
  const moderation = { verdict, by, reason: asked.reason, keyId, at };
  const standard = by === 'age' ? moderationErrors.expired : moderationErrors.rejected;
  const error = { ...standard, ...(message !== undefined && { message }) };
  const judged: JudgedManifest =
    verdict === 'allow'
      ? { ...common, status: 'released', moderation, releasedAt: at }
      : { ...common, status: 'rejected', moderation, error, rejectedAt: at };
  await manifests.publish(judged, held);
  return judged;
}
