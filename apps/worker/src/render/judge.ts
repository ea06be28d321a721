import {
  type FinishedManifest,
  heldManifest,
  type LiveManifest,
  type Moderation,
  moderationErrors,
  rejectedManifest,
  type Subject,
} from '@imagemill/manifests';
import type { Postponed } from '@imagemill/queue';
import type { ObjectFacts } from '@imagemill/storage';
import type { CategorySpec } from '@imagemill/variants';
import type { Judgement, Moderator } from '../moderation/moderate.ts';
import type { Judged } from '../moderation/moderation-request.ts';

/** The verdict `allow` that an image already has. A verdict on other bytes does not count. */
export function earlierVerdict(
  manifest: LiveManifest | undefined,
  uploaded: ObjectFacts | undefined,
): Moderation | undefined {
  if (manifest?.status !== 'ready' && manifest?.status !== 'released') return undefined;
  const { moderation, originalEtag } = manifest;
  return moderation?.verdict === 'allow' && originalEtag === uploaded?.etag ? moderation : undefined;
}

/**
 * The verdict on an image before it is rendered; undefined if its category is not moderated.
 *
 * @throws as `Moderator.judge` does
 */
export async function judge(
  moderator: Moderator | undefined,
  { isModerated, earlier }: Pick<CategorySpec, 'isModerated'> & { readonly earlier: Moderation | undefined },
  judged: Judged,
  signal: AbortSignal,
): Promise<Judgement | Postponed | undefined> {
  if (earlier) return { outcome: 'judged', moderation: earlier };
  if (!isModerated) return undefined;
  // A worker with a moderated category does not start without a service.
  if (!moderator) throw new Error('There is no moderation service.');
  return moderator.judge(judged, signal);
}

/** The manifest of an image that must not be rendered; undefined if it may be. */
export function withheld(subject: Subject, { moderation, message }: Judgement): FinishedManifest | undefined {
  if (moderation.verdict === 'hold') return heldManifest({ ...subject, moderation }, message);
  if (moderation.verdict === 'allow') return undefined;
  const { code, message: standard } = moderationErrors.rejected;
  return rejectedManifest({ ...subject, moderation }, { code, publicMessage: message ?? standard });
}
