import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@imagemill/errors';
import { activeTrace, inSpan, startTracing } from '@imagemill/tracing';
import { afterEach, expect, test, vi } from 'vitest';
import { createPurgeQueue } from '../purges/purge-queue.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';

afterEach(closeQueues);

/** Records spans in this process until the test ends. */
async function tracing(): Promise<void> {
  const receiver = createServer((request, response) => void request.resume().on('end', () => response.end()));
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const { close } = await startTracing(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: 1,
    },
    { app: 'test', onTrouble: () => {}, onRecovery: () => {} },
  );
  closeAfterwards(async () => {
    await close();
    receiver.closeAllConnections();
    receiver.close();
  });
}

/** Runs a request in a trace of its own. @returns the id of the trace */
const request = (work: () => Promise<unknown>) =>
  inSpan('request', { kind: 'server', continues: { from: 'record', carried: undefined } }, async () => {
    await work();
    return activeTrace()?.trace_id;
  });

const fault = () => new AppError({ code: 'test-fault', retryable: true, publicMessage: 'A fault.' });

test('a job continues the trace of its ticket when it was parked, postponed, retried, reprocessed or redriven by another request', async () => {
  await tracing();
  const { queue, work, raw } = await queueHarness();
  const job = renderJob();
  const ticket = await request(() => queue.awaitUploads([job], 60_000));
  const seen: (string | undefined)[] = [];
  const runs = ['postponed', 'fault', 'fault', 'fault', 'fault', 'fault', 'ready', 'ready'];
  work(async () => {
    seen.push(activeTrace()?.trace_id);
    const outcome = runs[seen.length - 1];
    if (outcome === 'fault') throw fault();
    return outcome === 'postponed'
      ? { outcome: 'postponed', reason: 'imports-busy', retryAfterMs: 1 }
      : { outcome: 'ready' };
  });
  const uploaded = await request(() => queue.reportUpload(job.imageId));
  // Retries have delays: promoted here.
  await vi.waitUntil(async () => {
    await (await raw.getJob(job.imageId))?.promote().catch(() => {});
    return (await raw.getFailedCount()) === 1;
  });
  const redriven = await request(() => queue.deadLetters.redrive(job.imageId));
  await vi.waitUntil(async () => (await raw.getJob(job.imageId))?.isCompleted());
  const reprocessed = await request(() => queue.reprocess(job));
  await vi.waitUntil(() => seen.length === runs.length);
  expect(new Set(seen)).toEqual(new Set([ticket]));
  expect(new Set([ticket, uploaded, redriven, reprocessed]).size).toBe(4);
});

test('jobs that were added without tracing run in a trace of their own, and all kinds of jobs are added with it', async () => {
  const { queue, work, raw, redis, prefix } = await queueHarness();
  const [before, first, second] = [renderJob(), renderJob(), renderJob()];
  await queue.add(before, 0);
  expect((await raw.getJob(before.imageId))?.opts.telemetry).toBeUndefined();
  await tracing();
  const purges = createPurgeQueue({ connection: redis, prefix });
  const bulk = await request(async () => {
    await queue.awaitUploads([first, second], 60_000);
    await purges.add(first, 'deleted');
  });
  for (const { imageId } of [first, second]) {
    const { telemetry } = (await raw.getJob(imageId))?.opts ?? {};
    expect(JSON.parse(telemetry?.metadata ?? '')).toEqual({ traceparent: expect.stringContaining(bulk ?? '') });
  }
  const seen: (string | undefined)[] = [];
  work(async () => {
    seen.push(activeTrace()?.trace_id);
    return { outcome: 'ready' };
  });
  await vi.waitUntil(() => seen.length === 1);
  expect(seen[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(seen[0]).not.toBe(bulk);
});
