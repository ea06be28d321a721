import { AppError } from '@imagemill/errors';
import type { SendPurge } from '@imagemill/queue';

/** A CDN that purges. */
export interface PurgeTarget {
  readonly name: 'cloudfront' | 'webhook';
  readonly send: SendPurge;
}

/** A CDN did not accept a purge. The message is for an operator: it names the target and the CDN's status or error code. */
export class PurgeFailedError extends AppError {
  constructor(
    target: PurgeTarget['name'],
    answer: string,
    { retryable, cause }: { retryable: boolean; cause?: unknown },
  ) {
    super({ code: 'purge-failed', retryable, publicMessage: `${target}: ${answer.slice(0, 64)}`, cause });
  }
}
