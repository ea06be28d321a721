import type { Manifest } from '@imagemill/manifests';
import { imageFromKey } from '@imagemill/queue';
import type { ListedObject } from '@imagemill/storage';
import { type OriginalAddress, originalKey, parseOriginalKey, prefixes } from '@imagemill/variants';
import pLimit from 'p-limit';
import { type Finding, foundBy, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

interface Upload {
  readonly address: OriginalAddress;
  readonly uploadedAt: Date;
}

const LOOKS_AT_ONCE = 16;

/**
 * Every original has come to a manifest, or has a job that knows of it; and its image is listed. Originals and the index of
 * finished images lie in the same order, so a page of the ones is compared with one range of the other.
 */
export const sweepOriginals: Sweep = async (services, after, signal) => {
  const page = await services.originals.list({ prefix: prefixes.originals, startAfter: after, signal });
  const uploads = page.objects.flatMap(upload);
  const addresses = uploads.map(({ address }) => address);
  const finishedAt = await services.finishedImages.finishedAt(addresses, { signal });
  const slot = pLimit(LOOKS_AT_ONCE);
  const looks = uploads.map((one) => {
    return slot(() => foundBy(look(services, one, finishedAt(one.address), signal), one.address));
  });
  const findings = [...(await Promise.all(looks)).flat(), ...(await notListed(services, uploads))];
  return { examined: uploads.length, findings, next: page.nextAfter };
};

function upload({ key, modifiedAt }: ListedObject): Upload[] {
  const address = parseOriginalKey(key);
  return address ? [{ address, uploadedAt: modifiedAt }] : [];
}

/** A listing tells of every image; one finding for all of a tenant's, since a lost index lacks them all. */
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

async function look(
  services: ReconcileServices,
  upload: Upload,
  finishedAt: Date | undefined,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (finishedAt === undefined) return notIndexed(services, upload, signal);
  return upload.uploadedAt > finishedAt ? laterThanItsEnd(services, upload, signal) : undefined;
}

/** An original that the index of finished images does not name: nearly always its image is not finished. */
async function notIndexed(
  services: ReconcileServices,
  upload: Upload,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { queue, manifests } = services;
  const { address, uploadedAt } = upload;
  const { imageId } = address;
  const job = await queue.find(imageId);
  const hasEnded = job === undefined || ['ready', 'rejected', 'deleted'].includes(job.status);
  const stored = hasEnded ? await manifests.read(imageId, { signal }) : undefined;
  if (stored) return withManifest(services, upload, stored.manifest);
  if (!job) return found(address, 'original-without-job', () => queue.add(imageFromKey(address), 0));
  if (hasEnded) return found(address, 'result-without-manifest', () => queue.startAnew(job.image));
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
  // Its worker may be about to write the entry.
  const isWritten = isSettled(new Date(endOf(manifest)));
  return isWritten ? found(address, 'finished-not-indexed', () => finishedImages.add(address)) : undefined;
}

function endOf(manifest: Exclude<Manifest, { status: 'deleted' }>): string {
  if (manifest.status === 'ready') return manifest.readyAt;
  return manifest.status === 'rejected' ? manifest.rejectedAt : manifest.failedAt;
}

/** An upload after the end of its image: a late one of a deleted image, or a second one that storage did not refuse. */
async function laterThanItsEnd(
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
