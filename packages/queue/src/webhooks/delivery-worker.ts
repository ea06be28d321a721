import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';
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
  /** Told of everything that fails outside an attempt. */
  readonly onError: (error: Error) => void;
  readonly onAttempt?: (event: WebhookEvent, result: SendResult) => void;
}

export interface DeliveryWorker {
  /** Takes no further delivery, waits up to `graceMs` for those in hand, and gives the rest back without an attempt. */
  close(graceMs: number): Promise<void>;
}

const { deliverWebhook } = jobs;

/** Attempts that are remembered of one delivery. */
const ATTEMPTS_KEPT_MAX = 20;
/** A delivery is harmless to repeat: workers that die with one in hand don't end it. */
const STALLS_MAX = 50;
const GIVE_BACK_MS = 2_000;
const POSTPONE_MS_MIN = 500;
const POSTPONE_MS_MAX = 30_000;

/**
 * The consumer's side of the webhooks:
 *
 *     delivered            ─► completed
 *     try-again            ─► delayed by the delivery schedule; failed after its last attempt
 *     give-up              ─► failed
 *     too many of a tenant ─► delayed a little, growing (no attempt used): a dead endpoint must not hold up the others
 *     stopped at shutdown  ─► waiting again (no attempt used)
 */
export function createDeliveryWorker(options: DeliveryWorkerOptions): DeliveryWorker {
  const perTenantMax = Math.max(1, Math.floor(options.concurrency / 2));
  const inHand = new Map<string, number>();
  const graceIsOver = new AbortController();

  const worker = new Worker<WebhookEvent>(
    deliverWebhook.queue,
    async (job, token) => {
      const event = deliverWebhook.payload.parse(job.data);
      const others = inHand.get(event.tenant) ?? 0;
      if (others >= perTenantMax) {
        await job.moveToDelayed(Date.now() + postponeMs(job), token);
        throw new DelayedError();
      }
      inHand.set(event.tenant, others + 1);
      try {
        const result = await attempt(job, event);
        if (result.verdict === 'delivered') return;
        const reason = result.code ?? `status-${result.status}`;
        throw result.verdict === 'give-up' ? new UnrecoverableError(reason) : new Error(reason);
      } catch (error) {
        if (!graceIsOver.signal.aborted) throw error;
        await job.moveToWait(token);
        throw new WaitingError();
      } finally {
        const left = (inHand.get(event.tenant) ?? 1) - 1;
        if (left > 0) inHand.set(event.tenant, left);
        else inHand.delete(event.tenant);
      }
    },
    {
      connection: options.connection,
      prefix: options.prefix,
      concurrency: options.concurrency,
      maxStalledCount: STALLS_MAX,
      removeOnComplete: deliverWebhook.options.removeOnComplete,
      removeOnFail: deliverWebhook.options.removeOnFail,
      settings: { backoffStrategy: deliverySchedule.delayMs },
    },
  );
  worker.on('error', options.onError);

  async function attempt(job: Job, event: WebhookEvent): Promise<SendResult> {
    const began = Date.now();
    const result = await options.deliver(event, graceIsOver.signal);
    const { verdict: _, ...answer } = result;
    const made = { at: new Date(began).toISOString(), ms: Math.max(0, Date.now() - began), ...answer };
    await job.updateProgress({ attempts: [...attemptsOf(job), made].slice(-ATTEMPTS_KEPT_MAX) });
    options.onAttempt?.(event, result);
    return result;
  }

  return {
    async close(graceMs) {
      const closed = worker.close();
      const overdue = setTimeout(() => graceIsOver.abort(new Error('The worker is shutting down.')), graceMs);
      const tooLate = delay((inHand.size > 0 ? graceMs : 0) + GIVE_BACK_MS, undefined, { ref: false });
      await Promise.race([closed, tooLate]);
      clearTimeout(overdue);
    },
  };
}

/** Starts that were no attempts are those that were put off before. */
function postponeMs(job: Job): number {
  const before = Math.max(0, job.attemptsStarted - job.attemptsMade - 1);
  return Math.min(POSTPONE_MS_MIN * 2 ** before, POSTPONE_MS_MAX) * (1 + Math.random());
}
