import { isPublishedPublicly, listOriginals, type Manifest, type Upload } from '@imagemill/manifests';
import { imageFromKey } from '@imagemill/records';
import { type OriginalAddress, originalKey } from '@imagemill/variants';
import pLimit from 'p-limit';
import { lostFingerprints } from './lost-fingerprints.ts';
import { isPrivate, makeImagePrivate } from './make-image-private.ts';
import { collectFindings, type Finding, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

const CHECKS_AT_ONCE = 16;

/**
 * Checks that every original has a manifest or a job, that its image is listed, and that no manifest of a private image
 * names public renditions. Originals and the index of finished images have the same order, which allows comparing a
 * page of originals with one range of the index.
 */
export const sweepOriginals: Sweep = async (services, after, signal) => {
  const { uploads, nextAfter } = await listOriginals(services.originals, { startAfter: after, signal });
  const addresses = uploads.map(({ address }) => address);
  const finishedAt = await services.finishedImages.finishedAt(addresses, { signal });
  const slot = pLimit(CHECKS_AT_ONCE);
  const checks = uploads.map((one) => {
    return slot(() => collectFindings(check(services, one, finishedAt(one.address), signal), one.address));
  });
  const findings = [...(await Promise.all(checks)).flat(), ...(await notListed(services, uploads))];
  const finished = uploads.filter(({ address }) => finishedAt(address) !== undefined);
  findings.push(...(await lostFingerprints(services, finished)));
  return { examined: uploads.length, findings, next: nextAfter };
};

/** Images that are missing from their tenant's index: one finding per tenant, because a lost index lacks all of them. */
async function notListed({ index }: ReconcileServices, uploads: readonly Upload[]): Promise<Finding[]> {
  const settled = uploads.filter(({ uploadedAt }) => isSettled(uploadedAt)).map(({ address }) => address);
  const findings: Finding[] = [];
  for (const [tenant, addresses] of Map.groupBy(settled, (address) => address.tenant)) {
    const missing = await index.missing(tenant, addresses);
    const imageId = missing[0]?.imageId;
    if (imageId === undefined) continue;
    const repair = () => index.add(tenant, missing);
    findings.push({ kind: 'images-not-listed', imageId, tenant, images: missing.length, repair });
  }
  return findings;
}

async function check(
  services: ReconcileServices,
  upload: Upload,
  finishedAt: Date | undefined,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (finishedAt === undefined) return notIndexed(services, upload, signal);
  const late = upload.uploadedAt > finishedAt ? await uploadedAfterFinish(services, upload, signal) : undefined;
  return late ?? (isPrivate(services, upload.address) ? stillPublic(services, upload.address, signal) : undefined);
}

/** The sweep of renditions finds them too, unless a public category has the revision that this one had. */
async function stillPublic(
  services: ReconcileServices,
  address: OriginalAddress,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { tenant, imageId } = address;
  const stored = await services.manifests.readOf(tenant, imageId, { signal });
  return isPublishedPublicly(stored?.manifest)
    ? found(address, 'public-rendition-of-private-image', () => makeImagePrivate(services, imageId, signal))
    : undefined;
}

/** An original without an entry in the index of finished images. Its image is almost always unfinished. */
async function notIndexed(
  services: ReconcileServices,
  upload: Upload,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { queue, manifests } = services;
  const { address, uploadedAt } = upload;
  const { imageId } = address;
  const job = await queue.find(imageId);
  const hasEnded = job === undefined || ['ready', 'rejected', 'held', 'deleted'].includes(job.status);
  const stored = hasEnded ? await manifests.read(imageId, { signal }) : undefined;
  if (stored) return withManifest(services, upload, stored.manifest);
  if (!job) return found(address, 'original-without-job', () => queue.add(imageFromKey(address), 0));
  if (hasEnded) return found(address, 'result-without-manifest', () => queue.reprocess(job.image));
  if (job.status === 'expired') return found(address, 'upload-after-expiry', () => queue.reportUpload(imageId));
  if (job.status === 'awaiting-upload' && isSettled(uploadedAt)) {
    return found(address, 'upload-not-reported', () => queue.reportUpload(imageId));
  }
  return undefined;
}

function withManifest(
  { finishedImages, queue }: ReconcileServices,
  { address, uploadedAt }: Upload,
  manifest: Manifest,
): Finding | undefined {
  if (manifest.tenant !== address.tenant) return found(address, 'id-of-another-tenant');
  if (manifest.status === 'deleted') {
    const isLate = uploadedAt > new Date(manifest.deletedAt) && isSettled(uploadedAt);
    if (!isLate) return undefined;
    return found(address, 'upload-of-deleted-image', () => queue.requestDeletion(imageFromKey(address)));
  }
  // A worker may be about to write the entry.
  const isOverdue = isSettled(new Date(finishTimeOf(manifest)));
  return isOverdue ? found(address, 'finished-not-indexed', () => finishedImages.add(address)) : undefined;
}

function finishTimeOf(manifest: Exclude<Manifest, { status: 'deleted' }>): string {
  if (manifest.status === 'ready') return manifest.readyAt;
  if (manifest.status === 'held') return manifest.heldAt;
  if (manifest.status === 'released') return manifest.releasedAt;
  return manifest.status === 'rejected' ? manifest.rejectedAt : manifest.failedAt;
}

/** An upload after its image was finished: a late one for a deleted image, or a second one that storage did not reject. */
async function uploadedAfterFinish(
  { originals, manifests, queue }: ReconcileServices,
  { address, uploadedAt }: Upload,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { imageId, tenant } = address;
  const [stored, facts] = await Promise.all([
    manifests.readOf(tenant, imageId, { signal }),
    originals.head(originalKey(address), { signal }),
  ]);
  if (!stored || !facts) return undefined;
  const { manifest } = stored;
  if (manifest.status === 'deleted') {
    if (!isSettled(uploadedAt)) return undefined;
    return found(address, 'upload-of-deleted-image', () => queue.requestDeletion(imageFromKey(address)));
  }
  const isOther = manifest.status !== 'failed' && manifest.originalEtag !== facts.etag;
  return isOther ? found(address, 'original-replaced') : undefined;
}

const found = (
  { imageId, tenant }: OriginalAddress,
  kind: Finding['kind'],
  repair?: () => Promise<unknown>,
): Finding => ({ kind, imageId, tenant, ...(repair && { repair: async () => void (await repair()) }) });
