import { randomUUID } from 'node:crypto';
import { AppError } from '@imagemill/errors';
import type { PurgeQueue, SendPurge } from '@imagemill/queue';
import { ownSettings } from '@imagemill/variants';

/** The CDN takes no more purges now; the message that needs this one is received again. */
class PurgeBusyError extends AppError {
  constructor() {
    super({ code: 'purge-busy', retryable: true, publicMessage: 'The CDN accepts no more purges at the moment.' });
  }
}

/**
 * Purges that are sent at once, where there is no queue for them. They are repeated with the message of their image until the CDN has
 * accepted them, and they are not sent a second time a minute later.
 *
 * `rendered-again` is not sent: every repeated message about a ready image would cost one. Friendly URLs change after their `max-age`.
 */
export function createDirectPurges(send: SendPurge, timeoutMs: number): Pick<PurgeQueue, 'add'> {
  return {
    async add(image, reason) {
      if (reason === 'rendered-again') return;
      const { imageId, tenant, category } = image;
      const purged = { imageId, tenant, category, ...ownSettings(image) };
      const purge = { ...purged, id: randomUUID(), reason, requestedAt: new Date().toISOString() };
      if ((await send(purge, AbortSignal.timeout(timeoutMs))) === 'busy') throw new PurgeBusyError();
    },
  };
}
