import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@imagemill/errors';
import type { RenderImage } from '@imagemill/records';
import { Queue } from 'bullmq';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { createConsumerConnection, createProducerConnection } from './connection/connection.ts';
import { jobs } from './jobs.ts';
import { createOutages } from './outages/outages.ts';
import type { JobRun, JobRunResult } from './run-job.ts';
import { runJobs } from './run-jobs.ts';
import { closeAfterwards, closeQueues, renderJob } from './test-support/queue-harness.ts';

afterEach(closeQueues);

const { redisUrl } = inject('servers');
const spec = jobs.renderImage;
const LONGER_THAN_AN_IDLE_CLOSE_MS = 2_500;

async function harness() {
  const prefix = `run-${randomUUID().slice(0, 8)}`;
  const connection = createProducerConnection(redisUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const queue = new Queue(spec.queue, { connection, prefix });
  closeAfterwards(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
    connection.disconnect();
  });
  type Run = (image: RenderImage, run: JobRun) => Promise<JobRunResult<string>>;
  const start = (run: Run, more: { lockDurationMs?: number; concurrency?: number } = {}) => {
    const consumer = createConsumerConnection(redisUrl);
    const errors: Error[] = [];
    const onError = (error: Error) => void errors.push(error);
    const runner = runJobs({
      connection: consumer,
      prefix,
      spec,
      handle: run,
      onError,
      outages: createOutages([]),
      concurrency: 2,
      giveBackMs: 2_000,
      ...more,
    });
    closeAfterwards(async () => {
      await runner.close(2_000);
      consumer.disconnect();
    });
    return { runner, errors };
  };
  const add = async (data: object = renderJob(), attempts = 2) =>
    (await queue.add(spec.name, data, { attempts, backoff: { type: 'fixed', delay: 3600_000 } })).id ?? '';
  const state = async (id: string) => {
    const job = await queue.getJob(id);
    return { state: await job?.getState(), attempts: job?.attemptsMade };
  };
  return { start, add, state, queue, connection };
}

class Fault extends AppError {
  constructor(retryable: boolean) {
    super({ code: 'test-fault', retryable, publicMessage: 'A fault.' });
  }
}

describe('a run that', () => {
  test.each([
    ['completes ends its job', async () => ({ outcome: 'completed', result: 'r' }), 'completed', 1],
    ['is postponed uses no attempt', async () => ({ outcome: 'postponed', retryAfterMs: 3600_000 }), 'delayed', 0],
    ['fails with a retryable error is retried', () => Promise.reject(new Fault(true)), 'delayed', 1],
    ['fails with a permanent error is not retried', () => Promise.reject(new Fault(false)), 'failed', 1],
    ['fails with an unexpected error is retried', () => Promise.reject(new TypeError('no such thing')), 'delayed', 1],
  ] satisfies [string, () => Promise<JobRunResult<string>>, string, number][])(
    '%s',
    async (_what, run, end, attempts) => {
      const { start, add, state } = await harness();
      start(run);
      const id = await add();
      await vi.waitFor(async () => expect(await state(id)).toEqual({ state: end, attempts }));
    },
  );

  test('cannot read its payload is retried, possibly by a worker of another version', async () => {
    const { start, add, state, queue } = await harness();
    start(async () => ({ outcome: 'completed', result: 'r' }));
    const id = await add({ of: 'another version' });
    await vi.waitFor(async () => expect(await state(id)).toEqual({ state: 'delayed', attempts: 1 }));
    expect((await queue.getJob(id))?.failedReason).toMatch(/^unreadable-job: /);
  });

  test('has malformed JSON fails as unreadable, without an effect on the job before it or after it', async () => {
    const { start, add, state, queue, connection } = await harness();
    const [before, malformed, after] = [await add(), await add(), await add()] as const;
    await connection.hset(queue.toKey(malformed), 'data', '{"imageId":"01');
    // One slot: the worker receives each job with the end of the one before it.
    start(async () => ({ outcome: 'completed', result: 'r' }), { concurrency: 1 });
    await vi.waitFor(async () => expect(await state(after)).toEqual({ state: 'completed', attempts: 1 }));
    expect(await state(before)).toEqual({ state: 'completed', attempts: 1 });
    await vi.waitFor(async () => expect(await queue.getJobState(malformed)).toBe('delayed'));
    expect(await connection.hget(queue.toKey(malformed), 'failedReason')).toMatch(/^unreadable-job: /);
  });

  test('is postponed calls `afterwards` once the job is delayed, and closing waits for it', async () => {
    const { start, add, state } = await harness();
    const seen = Promise.withResolvers<unknown>();
    let id = '';
    const afterwards = async () => seen.resolve(await state(id));
    start(async () => ({ outcome: 'postponed', retryAfterMs: 3600_000, afterwards }));
    id = await add();
    expect(await seen.promise).toEqual({ state: 'delayed', attempts: 0 });
  });

  test('exceeds the grace period of a shutdown is returned to the queue with all its attempts', async () => {
    const { start, add, state } = await harness();
    const started = Promise.withResolvers<void>();
    const { runner } = start(async (_image, { signal }) => {
      started.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    });
    const id = await add();
    await started.promise;
    await runner.close(50);
    expect(await state(id)).toEqual({ state: 'waiting', attempts: 0 });
  });

  test('starts while its worker closes has the grace period too', async () => {
    const { start, add, state } = await harness();
    const [first, second] = [await add(), await add()];
    const closed = Promise.withResolvers<void>();
    const startedLate = Promise.withResolvers<void>();
    const { runner } = start(
      async (_image, { job }) => {
        // BullMQ fetches the second job with the end of the first. The close begins between that request and its answer.
        if (job.id === first) setImmediate(() => void runner.close(60_000).then(closed.resolve));
        else {
          startedLate.resolve();
          await Promise.race([closed.promise, delay(LONGER_THAN_AN_IDLE_CLOSE_MS)]);
        }
        return { outcome: 'completed', result: 'r' };
      },
      { concurrency: 1 },
    );
    await startedLate.promise;
    await closed.promise;
    expect(await state(second)).toEqual({ state: 'completed', attempts: 1 });
  });

  test('has lost its lock is aborted, because another worker may have the job', async () => {
    const { start, add, queue, connection } = await harness();
    const stopped = Promise.withResolvers<void>();
    start(
      async (_image, { job, signal }) => {
        await connection.del(`${queue.toKey(String(job.id))}:lock`);
        await once(signal, 'abort');
        stopped.resolve();
        throw signal.reason;
      },
      { lockDurationMs: 400 },
    );
    await add();
    await stopped.promise;
  });
});
