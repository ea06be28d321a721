import type { Upload } from '@imagemill/manifests';
import type { ImageId, Tenant } from '@imagemill/variants';
import pLimit from 'p-limit';
import { type Finding, isSettled, type ReconcileServices } from './sweep.ts';

const READS_AT_ONCE = 16;

interface Lost {
  readonly imageId: ImageId;
}

/**
 * Finished images that are missing from the index of fingerprints, although they are among the newest: one finding per tenant, because Redis
 * has lost all of them.
 */
export async function lostFingerprints(services: ReconcileServices, uploads: readonly Upload[]): Promise<Finding[]> {
  const settled = uploads.filter(({ uploadedAt }) => isSettled(uploadedAt)).map(({ address }) => address);
  const findings: Finding[] = [];
  for (const [tenant, addresses] of Map.groupBy(settled, (address) => address.tenant)) {
    const missing = await services.fingerprints.missing(tenant, addresses);
    const imageId = missing[0]?.imageId;
    if (imageId === undefined) continue;
    const repair = () => addAll(services, tenant, missing);
    findings.push({ kind: 'fingerprints-lost', imageId, tenant, images: missing.length, repair });
  }
  return findings;
}

async function addAll({ manifests, fingerprints }: ReconcileServices, tenant: Tenant, lost: readonly Lost[]) {
  const slot = pLimit(READS_AT_ONCE);
  const add = async ({ imageId }: Lost) => {
    const manifest = (await manifests.readOf(tenant, imageId))?.manifest;
    // An image that is not ready gets an entry without a fingerprint, so that the next round does not find it again.
    const seen = manifest?.status === 'ready' ? { sha256: manifest.source.sha256, hash: manifest.measured?.hash } : {};
    await fingerprints.add(tenant, { imageId, ...seen });
  };
  await Promise.all(lost.map((one) => slot(() => add(one))));
}
