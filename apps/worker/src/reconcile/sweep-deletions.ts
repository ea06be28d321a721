import { imageFromKey } from '@imagemill/queue';
import { parseOriginalKey } from '@imagemill/variants';
import { z } from 'zod';
import { type Finding, foundBy, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

/** Every deletion that was begun is done. */
export const sweepDeletions: Sweep = async (services, after, signal) => {
  const { objects, nextAfter } = await services.originals.list({ prefix: 'deletions/', startAfter: after, signal });
  const old = objects.filter(({ modifiedAt }) => isSettled(modifiedAt));
  const findings = await Promise.all(old.map(({ key }) => foundBy(unfinished(services, key, signal), imageOf(key))));
  return { examined: objects.length, findings: findings.flat(), next: nextAfter };
};

async function unfinished(services: ReconcileServices, key: string, signal: AbortSignal): Promise<Finding[]> {
  const { originals, deletions, queue } = services;
  const object = await originals.open(key, { signal });
  // A worker was faster.
  if (!object) return [];
  const text = Buffer.concat(await Array.fromAsync(object.body)).toString('utf8');
  const address = parseOriginalKey(DeletionMark.parse(JSON.parse(text)).originalKey);
  if (!address) return [];
  const { imageId, tenant } = address;
  const repair = async () => {
    await deletions.begin(address);
    await queue.requestDeletion(imageFromKey(address));
  };
  return [{ kind: 'deletion-not-done', imageId, tenant, repair }];
}

/** Of a mark's key: `deletions/{tenant}/{image id}.json`. */
const imageOf = (key: string) => {
  const [, tenant, file = ''] = key.split('/');
  return { imageId: file.replace('.json', ''), tenant };
};

const DeletionMark = z.object({ originalKey: z.string() });
