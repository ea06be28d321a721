import { isHeld, judgeHeld, ManifestConflictError, type StoredHeld, type StoredManifest } from '@imagemill/manifests';
import { imageFromKey } from '@imagemill/records';
import { ImageId, parseOriginalKey } from '@imagemill/variants';
import pLimit from 'p-limit';
import { collectFindings, type Finding, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

const CHECKS_AT_ONCE = 16;
/** Longer than any run of a job: the preview of an image that is being judged is not left over. */
const LEFT_OVER_AFTER_MS = 10 * 60_000;

type Preview = Awaited<ReturnType<ReconcileServices['previews']['list']>>['previews'][number];

/**
 * Every held image has a preview, and so has one that was released or rejected until its job has run. Finds holds that must end, images whose
 * job was lost after an operator had judged them, and previews that are left over.
 */
export const sweepPreviews: Sweep = async (services, after, signal) => {
  const { previews, next } = await services.previews.list({ after: ImageId.safeParse(after).data, signal });
  const slot = pLimit(CHECKS_AT_ONCE);
  const checks = previews.map((preview) => slot(() => collectFindings(check(services, preview, signal), preview)));
  return { examined: previews.length, findings: (await Promise.all(checks)).flat(), next };
};

async function check(services: ReconcileServices, preview: Preview, signal: AbortSignal): Promise<Finding | undefined> {
  const { imageId, writtenAt } = preview;
  const stored = await services.manifests.read(imageId, { signal });
  if (isHeld(stored)) return heldImage(services, stored, signal);
  if (!isSettled(writtenAt)) return undefined;
  const job = await services.queue.find(imageId);
  if (job?.status === 'queued' || job?.status === 'processing' || job?.status === 'failed') return undefined;
  const status = stored?.manifest.status;
  if (stored && (status === 'released' || (status === 'rejected' && job?.status === 'held'))) {
    return found(stored, 'judged-without-job', () => startJob(services, stored));
  }
  if (Date.now() - writtenAt.getTime() < LEFT_OVER_AFTER_MS) return undefined;
  return { kind: 'preview-not-needed', imageId, repair: () => services.previews.delete(imageId) };
}

/** A hold by an operator's service ends after some time; a hold because the service was down, as soon as it answers. */
async function heldImage(
  services: ReconcileServices,
  stored: StoredHeld,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { heldAt, moderation } = stored.manifest;
  if (Date.now() - Date.parse(heldAt) >= services.heldMs) {
    return found(stored, 'held-for-too-long', () => endHold(services, stored, signal));
  }
  const isWaiting = moderation.by === 'service-down' && isSettled(new Date(heldAt));
  const job = isWaiting ? await services.queue.find(stored.manifest.imageId) : undefined;
  const isStarted = job?.status === 'queued' || job?.status === 'processing';
  return isWaiting && !isStarted ? found(stored, 'held-without-verdict', () => startJob(services, stored)) : undefined;
}

async function endHold(services: ReconcileServices, held: StoredHeld, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await judgeHeld(services.manifests, held, { verdict: 'reject', by: 'age' });
  } catch (error) {
    // An operator has judged it in the meantime.
    if (error instanceof ManifestConflictError) return;
    throw error;
  }
  await startJob(services, held);
}

async function startJob({ queue }: ReconcileServices, { manifest }: StoredManifest): Promise<void> {
  const address = parseOriginalKey(manifest.originalKey);
  if (address) await queue.reprocess(imageFromKey(address));
}

const found = (
  { manifest: { imageId, tenant } }: StoredManifest,
  kind: Finding['kind'],
  repair: () => Promise<void>,
): Finding => ({ kind, imageId, tenant, repair });
