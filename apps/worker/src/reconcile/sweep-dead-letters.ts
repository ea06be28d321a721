import { ImageId } from '@imagemill/variants';
import { type Finding, foundBy, type ReconcileServices, type Sweep } from './sweep.ts';

const LETTERS_A_PAGE = 100;

/** Every dead letter can still be redriven, and its tenant was told of it. */
export const sweepDeadLetters: Sweep = async (services, after, signal) => {
  const cursor = Number(after ?? 0);
  const { deadLetters, nextCursor } = await services.queue.deadLetters.list({ cursor, limit: LETTERS_A_PAGE });
  const looks = deadLetters.map(({ imageId, tenant }) =>
    foundBy(look(services, imageId, tenant, signal), { imageId, tenant }),
  );
  const findings = (await Promise.all(looks)).flat();
  return { examined: deadLetters.length, findings, next: nextCursor?.toString() };
};

async function look(
  { queue, originals, notifier }: ReconcileServices,
  id: string,
  tenant: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const imageId = ImageId.safeParse(id).data;
  const failed = imageId && (await queue.deadLetters.find(imageId));
  if (!failed) return [];
  const findings: Finding[] = [];
  const { importUrl, originalKey } = failed.image;
  // What was to be imported comes from its URL again.
  if (importUrl === undefined && !(await originals.head(originalKey, { signal }))) {
    findings.push({ kind: 'dead-letter-without-original', imageId, tenant });
  }
  if (await notifier?.missedDeadLetter(imageId)) {
    findings.push({ kind: 'dead-letter-not-told', imageId, tenant, repair: async () => notifier?.deadLetter(imageId) });
  }
  return findings;
}
