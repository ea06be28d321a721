import { ImageId } from '@imagemill/variants';
import { collectFindings, type Finding, type ReconcileServices, type Sweep } from './sweep.ts';

const DEAD_LETTERS_PER_PAGE = 100;

/** Checks that every dead letter can still be redriven, and that its tenant's webhook was queued. */
export const sweepDeadLetters: Sweep = async (services, after, signal) => {
  const cursor = Number(after ?? 0);
  const { deadLetters, nextCursor } = await services.queue.deadLetters.list({ cursor, limit: DEAD_LETTERS_PER_PAGE });
  const checks = deadLetters.map(({ imageId, tenant }) =>
    collectFindings(check(services, imageId, tenant, signal), { imageId, tenant }),
  );
  const findings = (await Promise.all(checks)).flat();
  return { examined: deadLetters.length, findings, next: nextCursor?.toString() };
};

async function check(
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
  // A redriven import downloads its URL again.
  if (importUrl === undefined && !(await originals.head(originalKey, { signal }))) {
    findings.push({ kind: 'dead-letter-without-original', imageId, tenant });
  }
  if (await notifier?.missedDeadLetter(imageId)) {
    findings.push({
      kind: 'dead-letter-not-published',
      imageId,
      tenant,
      repair: async () => notifier?.deadLetter(imageId),
    });
  }
  return findings;
}
