import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type JobMetrics = ReturnType<typeof createJobMetrics>;

/** What a worker counts. Every label's values are bounded: outcomes, formats, and error codes of our own. */
export function createJobMetrics(registry: Registry) {
  const registers = [registry];
  return {
    runs: new Counter({
      name: 'imagemill_job_runs_total',
      help: 'Runs by outcome (ready, rejected, expired, deleted, postponed, error, stopped), and the code of a rejection or an error, or the reason of a postponement.',
      labelNames: ['outcome', 'code'],
      registers,
    }),
    duration: new Histogram({
      name: 'imagemill_job_duration_seconds',
      help: 'Time that a run held its slot.',
      labelNames: ['outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80],
      registers,
    }),
    inHand: new Gauge({ name: 'imagemill_jobs_in_hand', help: 'Jobs that run now.', registers }),
    slots: new Gauge({ name: 'imagemill_job_slots', help: 'Jobs that may run at once.', registers }),
    renditions: new Counter({
      name: 'imagemill_renditions_total',
      help: 'Renditions that went live.',
      labelNames: ['format'],
      registers,
    }),
    renditionBytes: new Counter({
      name: 'imagemill_rendition_bytes_total',
      help: 'Bytes of renditions that went live.',
      labelNames: ['format'],
      registers,
    }),
  };
}
