import { imageFromKey } from '@imagemill/queue';
import type { ListedObject, ObjectStorage } from '@imagemill/storage';
import { type OriginalAddress, originalKey, parseOriginalKey } from '@imagemill/variants';
import pLimit from 'p-limit';
import { idsBetween, rangeOf, type WrittenAt } from './ids-between.ts';
import { type Finding, foundBy, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

interface Upload {
  readonly address: OriginalAddress;
  readonly uploadedAt: Date;
}

const LOOKS_AT_ONCE = 16;

/** Every original has come to a manifest, or has a job that knows of it; and its image is listed. */
export const sweepOriginals: Sweep = async (services, after, signal) => {
  const { objects, nextAfter } = await services.originals.list({ prefix: 'originals/', startAfter: after, signal });
  const uploads = objects.flatMap(upload);
  const slot = pLimit(LOOKS_AT_ONCE);
  const byFolder = Map.groupBy(uploads, ({ address }) => `${address.tenant}/${address.category}`);
  const findings: Finding[] = [];
  for (const group of byFolder.values()) {
    const manifests = await manifestsOf(services.originals, group, signal);
    const looks = group.map((one) => slot(() => foundBy(look(services, one, manifests, signal), one.address)));
    findings.push(...(await Promise.all(looks)).flat());
    findings.push(...(await notListed(services, group)));
  }
  return { examined: uploads.length, findings, next: nextAfter };
};

function upload({ key, modifiedAt }: ListedObject): Upload[] {
  const address = parseOriginalKey(key);
  return address ? [{ address, uploadedAt: modifiedAt }] : [];
}

/** A listing tells of every image; one finding for all of a group, since a lost index lacks them all. */
async function notListed({ index }: ReconcileServices, group: readonly Upload[]): Promise<Finding[]> {
  const [first] = group;
  if (!first) return [];
  const { tenant } = first.address;
  const settled = group.filter(({ uploadedAt }) => isSettled(uploadedAt));
  const missing = await index.missing(
    tenant,
    settled.map(({ address }) => address),
  );
  const [{ imageId } = { imageId: undefined }] = missing;
  if (imageId === undefined) return [];
  return [
    { kind: 'images-not-listed', imageId, tenant, images: missing.length, repair: () => index.add(tenant, missing) },
  ];
}

/** When the manifests of a group of one tenant's uploads were written. */
function manifestsOf(originals: ObjectStorage, group: readonly Upload[], signal: AbortSignal): Promise<WrittenAt> {
  const tenant = group[0]?.address.tenant ?? '';
  const range = rangeOf(group.map(({ address }) => address.imageId));
  return idsBetween(originals, `manifests/${tenant}/`, range, signal);
}

async function look(
  services: ReconcileServices,
  upload: Upload,
  manifests: WrittenAt,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const manifestAt = manifests.get(upload.address.imageId);
  if (manifestAt === undefined) return withoutManifest(services, upload, signal);
  return upload.uploadedAt > manifestAt ? laterThanManifest(services, upload, signal) : undefined;
}

async function withoutManifest(
  { queue, manifests }: ReconcileServices,
  { address, uploadedAt }: Upload,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { imageId, tenant } = address;
  const found = (kind: Finding['kind'], repair: () => Promise<unknown>): Finding => ({
    kind,
    imageId,
    tenant,
    repair: async () => void (await repair()),
  });
  const job = await queue.find(imageId);
  // It may have been finished, and its job removed, since the manifests were listed.
  const done = job === undefined || job.status === 'ready' || job.status === 'rejected';
  if (done && (await manifests.read(address, { signal }))) return undefined;
  if (!job) return found('original-without-job', () => queue.add(imageFromKey(address), 0));
  if (done) return found('result-without-manifest', () => queue.startAnew(job.image));
  if (job.status === 'expired') return found('upload-after-expiry', () => queue.reportUpload(imageId));
  if (job.status === 'awaiting-upload' && isSettled(uploadedAt)) {
    return found('upload-not-reported', () => queue.reportUpload(imageId));
  }
  return undefined;
}

/** An upload after the end of its image: a late one of a deleted image, or a second one that storage did not refuse. */
async function laterThanManifest(
  { originals, manifests, queue }: ReconcileServices,
  { address, uploadedAt }: Upload,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { imageId, tenant } = address;
  const [stored, facts] = await Promise.all([
    manifests.read(address, { signal }),
    originals.head(originalKey(address), { signal }),
  ]);
  if (!stored || !facts) return undefined;
  const { manifest } = stored;
  if (manifest.status === 'deleted') {
    if (!isSettled(uploadedAt)) return undefined;
    const repair = () => queue.requestDeletion(imageFromKey(address));
    return { kind: 'upload-of-deleted-image', imageId, tenant, repair };
  }
  const isOther = manifest.status !== 'failed' && manifest.originalEtag !== facts.etag;
  return isOther ? { kind: 'original-replaced', imageId, tenant } : undefined;
}
