import { setTimeout as delay } from 'node:timers/promises';
import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { jobs, RenderProgress } from '../jobs.ts';

export interface ImageChangesOptions {
  /** Of its own: it is blocked nearly always. See `createReaderConnection`. */
  readonly connection: Redis;
  readonly prefix: string;
  /** What nobody asks for is left unread. */
  readonly isFollowed: (imageId: string) => boolean;
  /** The image's job changed. `progress` is how far it had come at that moment, where the change was progress. */
  readonly onChange: (imageId: ImageId, progress: RenderProgress | undefined) => void;
  /** Reading begins, or goes on after a failure: what happened until now is not told. */
  readonly onBegin: () => void;
  readonly onError: (error: Error) => void;
}

const BLOCK_MS = 5_000;
/** Of an answer; with some 1.5 kB each. */
const ENTRIES_MAX = 500;
const RETRY_MS = 500;
/** As many as BullMQ keeps by itself. */
const KEPT_MAX = 10_000;

const streamOf = (prefix: string) => `${prefix}:${jobs.renderImage.queue}:events`;

/** A connection to block on: longer than a read takes, it waits for no answer, so that a dead peer is noticed. */
export const readerTimeoutMs = BLOCK_MS + 5_000;

/**
 * Reads what happens to all images from the stream that BullMQ writes, in the very script that changes a job: no change
 * goes without its entry, and a worker has nothing more to send. Each entry comes once, in order. After a failure reading
 * goes on at the stream's end, so whoever follows an image looks at it anew in `onBegin`.
 */
export function followImageChanges(options: ImageChangesOptions): { close(): Promise<void> } {
  const { connection, prefix, onBegin, onError } = options;
  const stream = streamOf(prefix);
  const closing = new AbortController();

  async function readOn(): Promise<void> {
    const [last] = await connection.xrevrange(stream, '+', '-', 'COUNT', 1);
    let position = last?.[0] ?? '0-0';
    onBegin();
    while (!closing.signal.aborted) {
      const reply = await connection.xread('COUNT', ENTRIES_MAX, 'BLOCK', BLOCK_MS, 'STREAMS', stream, position);
      for (const [id, fields] of reply?.[0]?.[1] ?? []) {
        position = id;
        tell(fields, options);
      }
    }
  }

  async function keepReading(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await readOn();
      } catch (error) {
        if (closing.signal.aborted) return;
        onError(error as Error);
        await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  const reading = keepReading();
  return {
    async close() {
      closing.abort();
      connection.disconnect();
      await reading;
    },
  };
}

function tell(fields: readonly string[], { isFollowed, onChange }: ImageChangesOptions): void {
  const entry = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) entry.set(fields[i] as string, fields[i + 1] as string);
  const imageId = entry.get('jobId');
  if (imageId === undefined || !isFollowed(imageId)) return;
  onChange(imageId as ImageId, entry.get('event') === 'progress' ? progressOf(entry.get('data')) : undefined);
}

function progressOf(data: string | undefined): RenderProgress | undefined {
  try {
    return RenderProgress.safeParse(JSON.parse(data ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Tells of a change that BullMQ knows nothing of. Only those who follow the image right now miss it when it fails. */
export async function tellOfChange(redis: Redis, prefix: string, imageId: ImageId): Promise<void> {
  const entry = ['event', 'changed', 'jobId', imageId];
  await redis.xadd(streamOf(prefix), 'MAXLEN', '~', KEPT_MAX, '*', ...entry).catch(() => {});
}
