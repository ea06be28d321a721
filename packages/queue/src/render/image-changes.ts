import { RenderProgress } from '@imagemill/records';
import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { followStream } from '../connection/follow-stream.ts';
import { jobs } from '../jobs.ts';

export interface ImageChangesOptions {
  /** A separate connection, because it is blocked most of the time. See `createReaderConnection`. */
  readonly connection: Redis;
  readonly prefix: string;
  /** Changes of other images are skipped. */
  readonly isFollowed: (imageId: string) => boolean;
  /** The image's job changed. `progress` is set if the change was progress. */
  readonly onChange: (imageId: ImageId, progress: RenderProgress | undefined) => void;
  /** Reading starts, or resumes after a failure. Earlier changes are not reported. */
  readonly onBegin: () => void;
  readonly onError: (error: Error) => void;
}

const BLOCK_MS = 5_000;
/** The same limit as BullMQ's own. */
const KEPT_MAX = 10_000;

const streamOf = (prefix: string) => `${prefix}:${jobs.renderImage.queue}:events`;

/** Longer than a read blocks, to detect a dead connection. */
export const readerTimeoutMs = BLOCK_MS + 5_000;

/**
 * Reads the changes of all images from BullMQ's event stream. BullMQ writes each entry in the script that changes the job: no
 * change lacks an entry, and workers need not send anything else. Each entry is delivered once, in order. After a failure,
 * reading resumes at the end of the stream, and followers must read their images again in `onBegin`.
 */
export function followImageChanges(options: ImageChangesOptions): { close(): Promise<void> } {
  const { connection, prefix, onBegin, onError } = options;
  const stream = streamOf(prefix);
  return followStream({
    connection,
    stream,
    blockMs: BLOCK_MS,
    onError,
    async begin() {
      const [last] = await connection.xrevrange(stream, '+', '-', 'COUNT', 1);
      onBegin();
      return last?.[0] ?? '0-0';
    },
    onEntries(entries) {
      for (const [, fields] of entries) report(fields, options);
    },
  });
}

function report(fields: readonly string[], { isFollowed, onChange }: ImageChangesOptions): void {
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

/** Publishes a change that BullMQ does not write an event for. Best effort: on failure, only current followers miss it. */
export async function publishChange(redis: Redis, prefix: string, imageId: ImageId): Promise<void> {
  const entry = ['event', 'changed', 'jobId', imageId];
  await redis.xadd(streamOf(prefix), 'MAXLEN', '~', KEPT_MAX, '*', ...entry).catch(() => {});
}
