import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const renditionBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30];

export type JobMetrics = ReturnType<typeof createJobMetrics>;

/** A worker's metrics. The values of every label are bounded: outcomes, formats, and our own error codes. */
export function createJobMetrics(registry: Registry) {
  const registers = [registry];
  return {
    runs: new Counter({
      name: 'imagemill_job_runs_total',
      help: 'Runs by outcome (ready, rejected, held, expired, deleted, postponed, error, stopped). `code` is the code of a rejection or an error, or the reason of a postponement.',
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
    retries: new Counter({
      name: 'imagemill_job_retries_total',
      help: 'Runs of jobs whose earlier attempt failed.',
      registers,
    }),
    firstRendition: new Histogram({
      name: 'imagemill_first_rendition_seconds',
      help: 'Time from the start of a run until its first rendition was published.',
      buckets: renditionBuckets,
      registers,
    }),
    lastRendition: new Histogram({
      name: 'imagemill_last_rendition_seconds',
      help: 'Time from the start of a run until its last rendition was published.',
      buckets: renditionBuckets,
      registers,
    }),
    inHand: new Gauge({ name: 'imagemill_jobs_in_hand', help: 'Jobs running now.', registers }),
    slots: new Gauge({ name: 'imagemill_job_slots', help: 'Maximum number of concurrent jobs.', registers }),
    renditions: new Counter({
      name: 'imagemill_renditions_total',
      help: 'Renditions published.',
      labelNames: ['format'],
      registers,
    }),
    renditionBytes: new Counter({
      name: 'imagemill_rendition_bytes_total',
      help: 'Bytes of renditions published.',
      labelNames: ['format'],
      registers,
    }),
  };
}

/** Measures the encodes of a worker by format. */
export function measureEncodes(registry: Registry): (format: string, seconds: number) => void {
  const encode = new Histogram({
    name: 'imagemill_encode_seconds',
    help: 'Time of one encode in its slot, resizing included. Renditions with the same bytes share one.',
    labelNames: ['format'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return (format, seconds) => encode.observe({ format }, seconds);
}
