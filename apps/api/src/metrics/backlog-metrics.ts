import type { Backlog, RenderQueue } from '@imagemill/queue';
import { Gauge, type Registry } from 'prom-client';

/** A scrape must end within 2 s, and Redis answers within milliseconds or not at all. */
const READ_TIMEOUT_MS = 1_000;

/**
 * The state of the queue, read once per scrape for all gauges. While Redis is unavailable, `imagemill_queue_reachable`
 * is 0 and the others have no value: a stale number would look like a quiet queue.
 */
export function addBacklogMetrics(registry: Registry, queue: Pick<RenderQueue, 'backlog'>): void {
  const read = shared(() => withinTime(queue.backlog()).catch(() => undefined));

  function gauge(name: string, help: string, value: (backlog: Backlog) => number | null): void {
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
      this.set((await read()) === undefined ? 0 : 1);
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
  gauge('imagemill_dead_letters', 'Jobs that used up their attempts.', ({ failed }) => failed);
  gauge(
    'imagemill_upload_looks_due',
    '1 while a look for an upload is due; workers do these beside their jobs.',
    ({ looksDue }) => looksDue,
  );
  gauge(
    'imagemill_oldest_waiting_seconds',
    'How long the next job has been ready to start.',
    ({ oldestWaitingMs }) => oldestWaitingMs / 1000,
  );
  gauge(
    'imagemill_predicted_work_seconds',
    'Slot-seconds of work in the backlog; no value until the first job was measured.',
    ({ predictedSeconds }) => predictedSeconds,
  );
}

/** Calls during a read share it: all gauges of a scrape, and scrapes that overlap. */
function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let inFlight: Promise<T> | undefined;
  return () => {
    inFlight ??= read().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time.')), READ_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
