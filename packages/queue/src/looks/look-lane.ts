import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Outages } from '../outages/outages.ts';
import type { RenderQueue } from '../render/render-queue.ts';
import { createUploadLooks, type LookResult, nextLookAt, type UploadLook } from './upload-looks.ts';

/** Which of these originals exist. */
export type FindUploads = (looks: readonly UploadLook[], signal: AbortSignal) => Promise<FoundUploads>;

interface FoundUploads {
  readonly present: ReadonlySet<UploadLook>;
  /** Not looked for yet; they are due again in their tenant's next turn. */
  readonly open: ReadonlySet<UploadLook>;
  /** Requests to the storage. */
  readonly requests: number;
}

export interface LookLaneOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly queue: Pick<RenderQueue, 'reportUpload' | 'endUpload'>;
  readonly find: FindUploads;
  /** How long after the expiry of its URL an upload may still arrive. */
  readonly uploadGraceMs: number;
  /** Of Redis and the originals bucket. While one of them is away, nothing is looked for. */
  readonly outages: Outages;
  readonly onError: (error: Error) => void;
  readonly onLooked?: (result: 'found' | 'absent' | 'expired', looks: number) => void;
}

/** Looks of one tenant in a turn. */
const LOOKS_PER_TURN = 100;
/** Jobs of expired uploads started in a turn: they run in render slots, for a few requests each. */
const EXPIRED_PER_TURN = 10;
/** The lane's pace: 20 requests to the storage per second and worker. An upload's job counts as one. */
const REQUEST_EVERY_MS = 50;
const IDLE_MS = 500;
const RETRY_MS = 5_000;
/** Closing may have to wait for Redis, which may be unavailable. A turn that is cut off leaves leased looks. */
const CLOSE_MS = 2_000;

/**
 * Looks for unreported uploads, one tenant's turn at a time:
 *
 *     there            ─► reported: its job starts
 *     absent           ─► looked for again later
 *     absent for good  ─► its job starts, and ends as `expired`
 */
export function runLookLane(options: LookLaneOptions): { close(): Promise<void> } {
  const looks = createUploadLooks(options.connection, options.prefix);
  const closing = new AbortController();
  const { signal } = closing;

  /** @returns how long to wait before the next turn, in ms */
  async function turn(): Promise<number> {
    if (options.outages.away().length > 0) return IDLE_MS;
    const leased = await looks.take(LOOKS_PER_TURN);
    if (leased.looks.length === 0) return IDLE_MS;
    const found = await options.find(leased.looks, signal).catch(async (error: unknown) => {
      // Otherwise they would stay leased for longer than the outage.
      await looks.settle(leased, postponed(leased.looks));
      throw error;
    });
    const { results, started } = await act(options, leased.looks, found);
    await looks.settle(leased, results);
    return (found.requests + started) * REQUEST_EVERY_MS;
  }

  async function keepLooking(): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await turn().catch(async (error: Error) => {
        if (signal.aborted) return 0;
        options.onError(error);
        await options.outages.judge(error);
        return RETRY_MS;
      });
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  const looking = keepLooking();
  return {
    async close() {
      closing.abort();
      await Promise.race([looking, delay(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

const postponed = (looks: readonly UploadLook[]): LookResult[] =>
  looks.map((look) => ({ look, nextAt: Date.now() + RETRY_MS }));

async function act(options: LookLaneOptions, taken: readonly UploadLook[], { present, open }: FoundUploads) {
  const { queue, uploadGraceMs } = options;
  const now = Date.now();
  const absent = taken.filter((look) => !present.has(look) && !open.has(look));
  const endsAt = ({ uploadExpiresAt }: UploadLook) => uploadExpiresAt + uploadGraceMs;
  const expired = absent.filter((look) => endsAt(look) < now);
  const ended = expired.slice(0, EXPIRED_PER_TURN);
  const awaited = absent.filter((look) => endsAt(look) >= now);
  // The job first: a process that dies here leaves the look, which then finds the job started.
  for (const { address } of present) await queue.reportUpload(address.imageId);
  for (const { address } of ended) await queue.endUpload(address.imageId);
  options.onLooked?.('found', present.size);
  options.onLooked?.('expired', ended.length);
  options.onLooked?.('absent', awaited.length);
  const results: LookResult[] = [
    ...[...present, ...ended].map((look) => ({ look, nextAt: undefined })),
    ...[...open, ...expired.slice(EXPIRED_PER_TURN)].map((look) => ({ look, nextAt: now })),
    ...awaited.map((look) => ({ look, nextAt: Math.min(nextLookAt(look, now), endsAt(look) + 1) })),
  ];
  return { results, started: present.size + ended.length };
}
