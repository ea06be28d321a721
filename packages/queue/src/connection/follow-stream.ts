import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** An entry's id, and its fields as name, value, name, value. */
type StreamEntry = readonly [id: string, fields: readonly string[]];

export interface StreamOptions {
  /** A separate connection, because it is blocked most of the time. See `createReaderConnection`. */
  readonly connection: Redis;
  readonly stream: string;
  /** How long a read waits for the next entry. */
  readonly blockMs: number;
  /** Returns the id after which reading starts, or resumes after a failure. */
  readonly begin: () => Promise<string>;
  /**
   * The next entries, in order; none if there was no new one.
   *
   * @param knownAt time of `performance.now()`: all entries that were written before it have been reported
   */
  readonly onEntries: (entries: readonly StreamEntry[], knownAt: number) => void;
  readonly onError: (error: Error) => void;
}

/** Per reply; about 1.5 kB each at most. */
const ENTRIES_MAX = 500;
const RETRY_MS = 500;

/** Reads the entries of a stream as they are written, until it is closed. */
export function followStream(options: StreamOptions): { close(): Promise<void> } {
  const { connection, stream, blockMs, begin, onEntries, onError } = options;
  const closing = new AbortController();
  const { signal } = closing;

  async function readOn(): Promise<void> {
    if (connection.status !== 'ready') await once(connection, 'ready', { signal });
    let position = await begin();
    let knownAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const askedAt = performance.now();
      const reply = await connection.xread('COUNT', ENTRIES_MAX, 'BLOCK', blockMs, 'STREAMS', stream, position);
      const entries = reply?.[0]?.[1] ?? [];
      position = entries.at(-1)?.[0] ?? position;
      // A full reply may not be all.
      if (entries.length < ENTRIES_MAX) knownAt = askedAt;
      onEntries(entries, knownAt);
    }
  }

  async function keepReading(): Promise<void> {
    while (!signal.aborted) {
      try {
        await readOn();
      } catch (error) {
        if (signal.aborted) return;
        onError(error as Error);
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
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
