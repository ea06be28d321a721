import type { Purge } from '@imagemill/queue';
import type { Post } from '../webhooks/post.ts';
import { errorCode, signedHeaders } from '../webhooks/signed-request.ts';
import { PurgeFailedError, type PurgeTarget } from './purge-target.ts';
import type { AddressesOf } from './purged-addresses.ts';

interface PurgeWebhookOptions {
  readonly url: string;
  /** Several during a rotation: the receiver may have either the old or the new one. */
  readonly secrets: readonly string[];
  readonly post: Post;
  readonly addressesOf: AddressesOf;
  readonly timeoutMs?: number;
}

/** For the whole attempt, from the DNS lookup to the end of the response. */
const ATTEMPT_TIMEOUT_MS = 10_000;

/** Purges by a message to an operator's receiver, signed as specified by https://www.standardwebhooks.com. */
export function createPurgeWebhook(options: PurgeWebhookOptions): PurgeTarget {
  const { url, secrets, post, addressesOf, timeoutMs = ATTEMPT_TIMEOUT_MS } = options;

  async function statusOf(purge: Purge, signal: AbortSignal): Promise<number> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const body = bodyOf(purge, addressesOf);
    const headers = signedHeaders({ id: `purge_${purge.id}`, body, secrets });
    try {
      return await post(new URL(url), { headers, body }, AbortSignal.any([signal, deadline]));
    } catch (error) {
      signal.throwIfAborted();
      const answer = deadline.aborted ? 'timeout' : errorCode(error);
      throw new PurgeFailedError('webhook', answer, { retryable: true, cause: error });
    }
  }

  return {
    name: 'webhook',
    async send(purge, signal) {
      const status = await statusOf(purge, signal);
      if (status >= 200 && status < 300) return 'accepted';
      if (status === 429) return 'busy';
      // 410 Gone is final, as for the tenants' webhooks.
      throw new PurgeFailedError('webhook', `status-${status}`, { retryable: status !== 410 });
    },
  };
}

/** The tag is the one that the edge sends as `Cache-Tag` and `Surrogate-Key`. */
function bodyOf(purge: Purge, addressesOf: AddressesOf): string {
  const { imageId, reason, requestedAt: timestamp } = purge;
  return JSON.stringify({ type: 'purge', timestamp, imageId, reason, tags: [imageId], ...addressesOf(purge) });
}
