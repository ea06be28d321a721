import { Gauge, type Registry } from 'prom-client';
import type { Figures, QueueFigures } from '../backlog/queue-figures.ts';

/**
 * The state of the queue, read once per scrape for all gauges. While Redis is unavailable, `imagemill_queue_reachable` is 0 and the
 * others hold their last values for a limited time: a missing value counts as 0 in a scaler.
 */
export function addBacklogMetrics(registry: Registry, { read: readFigures }: Pick<QueueFigures, 'read'>): void {
  const read = () => readFigures().catch(() => undefined);

  function gauge(name: string, help: string, value: (figures: Figures) => number | null): void {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const backlog = await read();
        const now = backlog === undefined ? null : value(backlog);
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  }

  new Gauge({
    name: 'imagemill_queue_reachable',
    help: '1 while Redis answers, else 0.',
    registers: [registry],
    async collect() {
      this.set((await read())?.ageSeconds === 0 ? 1 : 0);
    },
  });
  new Gauge({
    name: 'imagemill_backlog_jobs',
    help: 'Jobs by state: waiting, prioritized, active, delayed and due, delayed and not yet due.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const backlog = await read();
      this.reset();
      if (!backlog) return;
      this.set({ state: 'waiting' }, backlog.waiting - backlog.prioritized);
      this.set({ state: 'prioritized' }, backlog.prioritized);
      this.set({ state: 'active' }, backlog.active);
      this.set({ state: 'delayed_due' }, backlog.delayedDue);
      this.set({ state: 'delayed' }, backlog.delayed);
    },
  });
  for (const [name, help, value] of single) gauge(name, help, value);
}

/** The gauges of one number each. */
const single: readonly (readonly [name: string, help: string, value: (figures: Figures) => number | null])[] = [
  ['imagemill_dead_letters', 'Jobs that used up their attempts.', ({ failed }) => failed],
  [
    'imagemill_upload_looks_due',
    '1 while a look for an upload is due; workers do these beside their jobs.',
    ({ looksDue }) => looksDue,
  ],
  [
    'imagemill_messages_due',
    '1 while a webhook delivery or a purge is running or due; workers do these beside their jobs.',
    ({ messagesDue }) => messagesDue,
  ],
  [
    'imagemill_oldest_waiting_seconds',
    'How long the next job has been ready to start.',
    ({ oldestWaitingMs }) => oldestWaitingMs / 1000,
  ],
  [
    'imagemill_predicted_work_seconds',
    'Slot-seconds of work in the backlog; no value until the first job was measured.',
    ({ predictedSeconds }) => predictedSeconds,
  ],
  [
    'imagemill_backlog_age_seconds',
    'Age of the values above: 0 unless Redis does not answer.',
    ({ ageSeconds }) => ageSeconds,
  ],
];
