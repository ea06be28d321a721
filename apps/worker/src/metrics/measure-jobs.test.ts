import { AppError } from '@imagemill/errors';
import type { RenderHandler } from '@imagemill/queue';
import type { RenderProgress } from '@imagemill/records';
import { Registry } from 'prom-client';
import { beforeAll, expect, test, vi } from 'vitest';
import { job, makeBucket, renderHandler, store } from '../test-support/render-harness.ts';
import { measureEncodes } from './job-metrics.ts';
import { measureJobs } from './measure-jobs.ts';
import { measureSlotTime } from './measure-slot-time.ts';

beforeAll(makeBucket);

const context = (signal = new AbortController().signal) => ({
  signal,
  attemptsMade: 0,
  isLastAttempt: false,
  reportProgress: vi.fn(async (_progress: RenderProgress) => {}),
});

function measured(handle: RenderHandler) {
  const registry = new Registry();
  return { run: measureJobs(handle, { registry, slots: 4 }), text: () => registry.metrics() };
}

test('counts and times a successful run, its renditions and their bytes', async () => {
  const { run, text } = measured(renderHandler());
  const image = job();
  await store(image);
  const given = context();
  expect(await run(image, given)).toEqual({ outcome: 'ready' });
  const done = given.reportProgress.mock.calls.at(-1)?.[0].done ?? [];
  const webp = done.filter(({ format }) => format === 'webp');
  expect(webp.length).toBeGreaterThan(1);
  const shown = await text();
  expect(shown).toContain('imagemill_job_runs_total{outcome="ready",code=""} 1');
  expect(shown).toContain('imagemill_job_duration_seconds_count{outcome="ready"} 1');
  expect(shown).toContain(`imagemill_renditions_total{format="webp"} ${webp.length}`);
  const bytes = webp.reduce((sum, rendition) => sum + rendition.bytes, 0);
  expect(shown).toContain(`imagemill_rendition_bytes_total{format="webp"} ${bytes}`);
  expect(shown).toContain('imagemill_first_rendition_seconds_count 1');
  expect(shown).toContain('imagemill_last_rendition_seconds_count 1');
  expect(shown).toContain('imagemill_job_retries_total 0');
  expect(shown).toContain('imagemill_jobs_in_hand 0');
  expect(shown).toContain('imagemill_job_slots 4');
});

test('times each encode by its format', async () => {
  const registry = new Registry();
  const onEncoded = vi.fn(measureEncodes(registry));
  const image = job();
  await store(image);
  await renderHandler({ onEncoded })(image, context());
  expect(onEncoded.mock.calls.every(([, seconds]) => seconds > 0)).toBe(true);
  const webp = onEncoded.mock.calls.filter(([format]) => format === 'webp').length;
  expect(webp).toBeGreaterThan(0);
  expect(await registry.metrics()).toContain(`imagemill_encode_seconds_count{format="webp"} ${webp}`);
});

test('counts a rejection by its code, and a postponement by its reason', async () => {
  const { run, text } = measured(renderHandler());
  const image = job();
  await store(image, Buffer.from('no picture'));
  await run(image, context());
  await run(job(), context());
  const shown = await text();
  expect(shown).toContain('imagemill_job_runs_total{outcome="rejected",code="unsupported-format"} 1');
  expect(shown).toContain('imagemill_job_runs_total{outcome="postponed",code="not-uploaded"} 1');
});

class Unavailable extends AppError {
  constructor() {
    super({ code: 'storage-unavailable', retryable: true, publicMessage: 'The storage is unavailable.' });
  }
}

test('rethrows an error, and counts it under one of our own codes', async () => {
  const failures = [new Unavailable(), new Error('/var/secret/123: no such file')];
  const { run, text } = measured(async () => {
    throw failures.shift();
  });
  await expect(run(job(), context())).rejects.toThrow(Unavailable);
  await expect(run(job(), context())).rejects.toThrow('/var/secret/123');
  const shown = await text();
  expect(shown).toContain('imagemill_job_runs_total{outcome="error",code="storage-unavailable"} 1');
  expect(shown).toContain('imagemill_job_runs_total{outcome="error",code="unexpected"} 1');
  expect(shown).not.toContain('secret');
});

test('counts a run after a failed attempt as a retry', async () => {
  const { run, text } = measured(async () => ({ outcome: 'ready' }));
  await run(job(), { ...context(), attemptsMade: 1 });
  await run(job(), context());
  expect(await text()).toContain('imagemill_job_retries_total 1');
});

test('does not count an aborted run as an error', async () => {
  const { run, text } = measured(async (_image, { signal }) => signal.throwIfAborted() as never);
  await expect(run(job(), context(AbortSignal.abort()))).rejects.toThrow();
  expect(await text()).toContain('imagemill_job_runs_total{outcome="stopped",code=""} 1');
});

test('reports the number of running jobs', async () => {
  const end = Promise.withResolvers<{ outcome: 'ready' }>();
  const { run, text } = measured(() => end.promise);
  const runs = [run(job(), context()), run(job(), context())];
  expect(await text()).toContain('imagemill_jobs_in_hand 2');
  end.resolve({ outcome: 'ready' });
  await Promise.all(runs);
  expect(await text()).toContain('imagemill_jobs_in_hand 0');
});

test('records slot time for finished images only, and finishes the job even if Redis fails', async () => {
  const results = ['ready', 'deleted', 'expired'] as const;
  const record = vi.fn(() => Promise.reject(new Error('unavailable')));
  const onError = vi.fn();
  for (const outcome of results) {
    const run = measureSlotTime(async () => ({ outcome }), { record }, onError);
    expect(await run(job(), context())).toEqual({ outcome });
  }
  expect(record).toHaveBeenCalledOnce();
  await vi.waitUntil(() => onError.mock.calls.length === 1);
});
