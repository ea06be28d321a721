import { ImageId } from '@imagemill/variants';
import type { Finding, ReconcileServices, Sweep } from './sweep.ts';

const LETTERS_A_PAGE = 100;

/** Every dead letter can still be redriven. */
export const sweepDeadLetters: Sweep = async (services, after, signal) => {
  const cursor = Number(after ?? 0);
  const { deadLetters, nextCursor } = await services.queue.deadLetters.list({ cursor, limit: LETTERS_A_PAGE });
  const looks = deadLetters.map(({ imageId, tenant }) => withoutOriginal(services, imageId, tenant, signal));
  const findings = (await Promise.all(looks)).flat();
  return { examined: deadLetters.length, findings, next: nextCursor?.toString() };
};

async function withoutOriginal(
  { queue, originals }: ReconcileServices,
  id: string,
  tenant: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const imageId = ImageId.safeParse(id).data;
  const failed = imageId && (await queue.deadLetters.find(imageId));
  if (!failed || (await originals.head(failed.image.originalKey, { signal }))) return [];
  return [{ kind: 'dead-letter-without-original', imageId, tenant }];
}
