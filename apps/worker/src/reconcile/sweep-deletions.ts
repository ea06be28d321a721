import { imageFromKey } from '@imagemill/records';
import type { ImageId } from '@imagemill/variants';
import { collectFindings, type Finding, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

/** Finds deletions that were not finished. */
export const sweepDeletions: Sweep = async (services, after, signal) => {
  const { marks, nextAfter } = await services.deletions.marks({ startAfter: after, signal });
  const old = marks.filter(({ begunAt }) => isSettled(begunAt));
  const checks = old.map(({ imageId }) => collectFindings(unfinished(services, imageId, signal), { imageId }));
  return { examined: marks.length, findings: (await Promise.all(checks)).flat(), next: nextAfter };
};

async function unfinished(services: ReconcileServices, mark: ImageId, signal: AbortSignal): Promise<Finding[]> {
  const { deletions, queue } = services;
  const address = await deletions.imageOf(mark, { signal });
  // A worker has finished it in the meantime.
  if (!address) return [];
  const { imageId, tenant } = address;
  const repair = async () => {
    await deletions.begin(address);
    await queue.requestDeletion(imageFromKey(address));
  };
  return [{ kind: 'deletion-not-done', imageId, tenant, repair }];
}
