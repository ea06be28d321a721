import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createEventProbes } from '@imagemill/queue/event-probes';
import { createLogger } from '@imagemill/service';
import { eventProbeKey } from '@imagemill/variants';
import { checkBucketEventsQueue, createSqsClient } from '../../bucket-events/bucket-events-queue.ts';
import type { EventsPart } from '../env.ts';
import { type Check, type Outcome, ok, problem, skipped, warning } from '../finding.ts';
import type { RedisConnection } from '../redis-connection.ts';
import type { Stores } from '../stores.ts';

const POLL_MS = 250;
const FIX = 'See docs/bucket-events.md.';

type EventsEnv = Pick<EventsPart, 'UPLOAD_EVENTS_QUEUE_URL' | 'UPLOAD_EVENTS_REGION'>;

export interface EventsCheckOptions {
  readonly env: EventsEnv;
  readonly stores: Stores;
  readonly prefix: string;
  readonly ready: () => Promise<RedisConnection>;
  readonly waitMs?: number;
}

/** The whole path: an object in the originals bucket, its event, the API, Redis. The queue of events, if one is set. */
export const bucketEventsCheck = ({ env, stores, prefix, ready, waitMs = 15_000 }: EventsCheckOptions): Check => ({
  name: 'bucket events',
  limitMs: waitMs + 15_000,
  async run(signal) {
    const { originals, objects } = stores;
    const probes = createEventProbes(await ready(), prefix);
    const id = randomUUID();
    const key = objects.note(originals, eventProbeKey(id));
    const body = Buffer.from('A test of bucket events.\n');
    await originals.put({ key, body, contentType: 'text/plain', cacheControl: 'no-store' }, { signal });
    const started = performance.now();
    const [arrived, queue] = await Promise.all([untilTaken(() => probes.take(id), waitMs, signal), queueOutcomes(env)]);
    if (arrived)
      return [...queue, ok(`an event reached the API after ${((performance.now() - started) / 1000).toFixed(1)} s`)];
    const message = `no event of an upload reached the API within ${waitMs / 1000} s`;
    return env.UPLOAD_EVENTS_QUEUE_URL === undefined
      ? [skipped(`${message}: jobs start when the client reports its upload, or a worker finds it`)]
      : [
          ...queue,
          problem(message, `Check the bucket's notification, the queue's policy, and that the API runs. ${FIX}`),
        ];
  },
});

async function untilTaken(take: () => Promise<boolean>, waitMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (await take()) return true;
    if (performance.now() >= deadline) return false;
    await pause(POLL_MS, undefined, { signal });
  }
}

/** The start-up check of the API, with its warnings. */
async function queueOutcomes({
  UPLOAD_EVENTS_QUEUE_URL: url,
  UPLOAD_EVENTS_REGION: region,
}: EventsEnv): Promise<Outcome[]> {
  if (url === undefined) return [];
  const warnings: string[] = [];
  const logger = createLogger('doctor', 'warn', {
    write: (line) => warnings.push((JSON.parse(line) as { msg: string }).msg),
  });
  const client = createSqsClient({ url, region });
  try {
    const problems = await checkBucketEventsQueue(client, url, logger);
    return [
      ...problems.map((message) => problem(message, FIX)),
      ...warnings.map((message) => warning(message, FIX)),
      ...(problems.length + warnings.length === 0
        ? [ok('the queue of events is accessible, with a dead-letter queue')]
        : []),
    ];
  } finally {
    client.destroy();
  }
}
