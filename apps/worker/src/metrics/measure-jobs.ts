import { AppError } from '@imagemill/errors';
import { postponements, type RenderHandler } from '@imagemill/queue';
import type { RenderProgress } from '@imagemill/records';
import type { Registry } from 'prom-client';
import { createJobMetrics, type JobMetrics } from './job-metrics.ts';

/** Counts and times every run of the handler. Each attempt of a job is a run. */
export function measureJobs(handle: RenderHandler, options: { registry: Registry; slots: number }): RenderHandler {
  const metrics = createJobMetrics(options.registry);
  metrics.slots.set(options.slots);
  // A counter that starts at 1 shows no increase for its first run.
  for (const outcome of ['ready', 'expired']) metrics.runs.inc({ outcome, code: '' }, 0);
  for (const code of postponements) metrics.runs.inc({ outcome: 'postponed', code }, 0);

  return async (image, context) => {
    const startedAt = performance.now();
    const ended = (outcome: string, code = '') => {
      metrics.runs.inc({ outcome, code });
      metrics.duration.observe({ outcome }, (performance.now() - startedAt) / 1000);
    };
    if (context.attemptsMade > 0) metrics.retries.inc();
    const count = countRenditions(metrics, startedAt);
    const reportProgress = (progress: RenderProgress) => {
      count(progress);
      return context.reportProgress(progress);
    };
    metrics.inHand.inc();
    try {
      const result = await handle(image, { ...context, reportProgress });
      ended(result.outcome, codeOf(result));
      return result;
    } catch (error) {
      if (context.signal.aborted) ended('stopped');
      else ended('error', error instanceof AppError ? error.code : 'unexpected');
      throw error;
    } finally {
      metrics.inHand.dec();
    }
  };
}

function codeOf(result: Awaited<ReturnType<RenderHandler>>): string {
  if (result.outcome === 'rejected') return result.error.code;
  return result.outcome === 'postponed' ? result.reason : '';
}

/** Every progress report lists all renditions so far, the new ones last. */
function countRenditions(metrics: JobMetrics, startedAt: number): (progress: RenderProgress) => void {
  const { renditions, renditionBytes, firstRendition, lastRendition } = metrics;
  let counted = 0;
  return ({ done, total }) => {
    const seconds = (performance.now() - startedAt) / 1000;
    if (counted === 0 && done.length > 0) firstRendition.observe(seconds);
    if (counted < total && done.length === total) lastRendition.observe(seconds);
    for (const { format, bytes } of done.slice(counted)) {
      renditions.inc({ format });
      renditionBytes.inc({ format }, bytes);
    }
    counted = Math.max(counted, done.length);
  };
}
