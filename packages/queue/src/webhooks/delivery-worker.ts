import { AppError } from '@imagemill/errors';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';
import { type JobRun, type JobRunner, type JobRunResult, runJobs } from '../run-jobs.ts';
import { attemptsOf } from './delivery.ts';
import { deliverySchedule } from './delivery-schedule.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** What became of one attempt: the status that was answered, or the code of what went wrong before one was. */
export interface SendResult {
  readonly verdict: 'delivered' | 'try-again' | 'give-up';
  readonly status?: number;
  readonly code?: string;
}

/** Sends an event once. It throws only when `signal` is aborted. */
export type DeliverWebhook = (event: WebhookEvent, signal: AbortSignal) => Promise<SendResult>;

export interface DeliveryWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  /** Deliveries in hand at once; half of them at most, but one at least, for one tenant. */
  readonly concurrency: number;
  readonly deliver: DeliverWebhook;
  /** Called for everything that fails outside an attempt. */
  readonly onError: (error: Error) => void;
  readonly onAttempt?: (event: WebhookEvent, result: SendResult) => void;
}

/** The endpoint did not take an event. */
class DeliveryFailedError extends AppError {
  constructor({ verdict, status, code = `status-${status}` }: SendResult) {
    super({ code: 'delivery-failed', retryable: verdict === 'try-again', publicMessage: code });
  }
}

/** Attempts that are remembered of one delivery. */
const ATTEMPTS_KEPT_MAX = 20;
const GIVE_BACK_MS = 2_000;
const POSTPONE_MS_MIN = 500;
const POSTPONE_MS_MAX = 30_000;

/**
 * The consumer's side of the webhooks, beside what `runJobs` does with every job:
 *
 *     delivered            ─► completed
 *     try-again            ─► delayed by the delivery schedule; failed after its last attempt
 *     give-up              ─► failed
 *     too many of a tenant ─► postponed, for longer each time: a dead endpoint must not hold up the others
 */
export function createDeliveryWorker(options: DeliveryWorkerOptions): JobRunner {
  const { connection, prefix, concurrency, onError } = options;
  const shares = createTenantShares(Math.max(1, Math.floor(concurrency / 2)));

  async function run(event: WebhookEvent, { job, signal }: JobRun): Promise<JobRunResult<void>> {
    const giveBack = shares.take(event.tenant);
    if (!giveBack) return { outcome: 'postponed', retryAfterMs: postponeMs(job) };
    try {
      const result = await attempt(job, event, signal);
      if (result.verdict === 'delivered') return { outcome: 'completed', result: undefined };
      throw new DeliveryFailedError(result);
    } finally {
      giveBack();
    }
  }

  async function attempt(job: Job, event: WebhookEvent, signal: AbortSignal): Promise<SendResult> {
    const began = Date.now();
    const result = await options.deliver(event, signal);
    const { verdict: _, ...answer } = result;
    const made = { at: new Date(began).toISOString(), ms: Math.max(0, Date.now() - began), ...answer };
    await job.updateProgress({ attempts: [...attemptsOf(job), made].slice(-ATTEMPTS_KEPT_MAX) });
    options.onAttempt?.(event, result);
    return result;
  }

  return runJobs<WebhookEvent, void>({
    ...{ connection, prefix, concurrency, run, onError },
    spec: jobs.deliverWebhook,
    giveBackMs: GIVE_BACK_MS,
    more: { settings: { backoffStrategy: deliverySchedule.delayMs } },
  });
}

/** How many deliveries each tenant has in hand; none gets more than its share. */
function createTenantShares(max: number) {
  const inHand = new Map<string, number>();
  return {
    /** @returns what gives the place back; undefined when the tenant has its share */
    take(tenant: string): (() => void) | undefined {
      const others = inHand.get(tenant) ?? 0;
      if (others >= max) return undefined;
      inHand.set(tenant, others + 1);
      return () => {
        const left = (inHand.get(tenant) ?? 1) - 1;
        if (left > 0) inHand.set(tenant, left);
        else inHand.delete(tenant);
      };
    },
  };
}

/** Starts that were no attempts are those that were put off before. */
function postponeMs(job: Job): number {
  const before = Math.max(0, job.attemptsStarted - job.attemptsMade - 1);
  return Math.min(POSTPONE_MS_MIN * 2 ** before, POSTPONE_MS_MAX) * (1 + Math.random());
}
