import { AppError } from '@imagemill/errors';
import { inSpan } from '@imagemill/tracing';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobs } from '../jobs.ts';
import { createOutages, type Outages } from '../outages/outages.ts';
import type { GivenBack, JobRun, JobRunResult } from '../run-job.ts';
import { type JobMiddleware, type JobRunner, runJobs } from '../run-jobs.ts';
import { attemptsOf } from './delivery.ts';
import { deliverySchedule } from './delivery-schedule.ts';
import { createTenantShares } from './tenant-shares.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** The result of one attempt: the status of the response, or an error code if there was no response. */
export interface SendResult {
  readonly verdict: 'delivered' | 'retry' | 'failed';
  readonly status?: number;
  readonly code?: string;
}

/** Sends an event once. Throws only if `signal` is aborted. */
export type DeliverWebhook = (event: WebhookEvent, signal: AbortSignal) => Promise<SendResult>;

export interface DeliveryWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  /** Deliveries at once; one tenant gets at most half of them, less if others use theirs, and all slow tenants together get one. */
  readonly concurrency: number;
  /** Average duration of attempts above which a tenant is slow; lower in tests. */
  readonly slowMs?: number | undefined;
  readonly deliver: DeliverWebhook;
  /** Of Redis, because a failing endpoint is not an outage; none is watched by default. */
  readonly outages?: Outages;
  readonly onGivenBack?: (job: GivenBack) => void;
  /** Called for errors outside of an attempt. */
  readonly onError: (error: Error) => void;
  readonly onAttempt?: (event: WebhookEvent, result: SendResult) => void;
}

/** The endpoint did not accept an event. */
class DeliveryFailedError extends AppError {
  constructor({ verdict, status, code = `status-${status}` }: SendResult) {
    super({ code: 'delivery-failed', retryable: verdict === 'retry', publicMessage: code });
  }
}

/** Number of attempts kept per delivery. */
const ATTEMPTS_KEPT_MAX = 20;
const GIVE_BACK_MS = 2_000;
const POSTPONE_MS_MIN = 500;
const POSTPONE_MS_MAX = 30_000;

/**
 * The consumer's side of the webhooks, in addition to `runJobs`:
 *
 *     delivered            ─► completed
 *     retry                ─► delayed by the delivery schedule; failed after its last attempt
 *     failed               ─► failed
 *     too many of a tenant ─► postponed with growing delays: a dead endpoint must not delay other tenants
 */
export function createDeliveryWorker(options: DeliveryWorkerOptions): JobRunner {
  const { connection, prefix, concurrency, onError } = options;
  const shares = createTenantShares(concurrency, options.slowMs);

  const middleware: readonly JobMiddleware<WebhookEvent, void>[] = [
    (next) => async (event, run) => {
      const release = shares.take(run.tenant);
      if (!release) return { outcome: 'postponed', retryAfterMs: postponeMs(run.job) };
      return next(event, run).finally(release);
    },
  ];

  async function handle(event: WebhookEvent, { job, signal }: JobRun): Promise<JobRunResult<void>> {
    const result = await attempt(job, event, signal);
    if (result.verdict === 'delivered') return { outcome: 'completed', result: undefined };
    throw new DeliveryFailedError(result);
  }

  async function attempt(job: Job, event: WebhookEvent, signal: AbortSignal): Promise<SendResult> {
    const [began, since] = [Date.now(), performance.now()];
    const result = await inSpan('deliver webhook', { kind: 'client' }, async (span) => {
      const answer = await options.deliver(event, signal);
      if (answer.status !== undefined) span.add({ 'http.response.status_code': answer.status });
      if (answer.verdict !== 'delivered') span.fail(new DeliveryFailedError(answer));
      return answer;
    });
    shares.measured(event.tenant, performance.now() - since);
    const { verdict: _, ...answer } = result;
    const made = { at: new Date(began).toISOString(), ms: Math.max(0, Date.now() - began), ...answer };
    await job.updateProgress({ attempts: [...attemptsOf(job), made].slice(-ATTEMPTS_KEPT_MAX) });
    options.onAttempt?.(event, result);
    return result;
  }

  return runJobs<WebhookEvent, void>({
    connection,
    prefix,
    concurrency,
    handle,
    middleware,
    onError,
    spec: jobs.deliverWebhook,
    giveBackMs: GIVE_BACK_MS,
    outages: options.outages ?? createOutages([]),
    onGivenBack: options.onGivenBack,
    more: { settings: { backoffStrategy: deliverySchedule.delayMs } },
  });
}

/** Starts that did not use an attempt were postponements. */
function postponeMs(job: Job): number {
  const before = Math.max(0, job.attemptsStarted - job.attemptsMade - 1);
  return Math.min(POSTPONE_MS_MIN * 2 ** before, POSTPONE_MS_MAX) * (1 + Math.random());
}
