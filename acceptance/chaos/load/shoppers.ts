import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { buckets, type ChaosStack, EDGE_LIMIT_MS } from '../stack/chaos-stack.ts';
import type { Load, Upload } from './load.ts';

/** A request for a picture ends at its limit; what it needs of the storage before and after takes at most as long again. */
const HANGS_AFTER_MS = 2 * EDGE_LIMIT_MS + 10_000;
const SHOPPERS = 4;
const IDLE_MS = 50;
const BROKEN_MS = 250;
/** Shoppers look at the newest images: their jobs still wait or run. */
const NEWEST = 6;

interface ShoppersOptions {
  readonly stack: ChaosStack;
  readonly load: Load;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Reports a missed goal. */
  readonly fail: (sentence: string) => void;
}

/** Shoppers that request pictures of new images at all edges. */
export interface Shoppers {
  /** Requests one picture. @returns the status; undefined if the connection broke */
  request(edgeUrl: string, upload: Upload, url: string): Promise<number | undefined>;
  /** How many pictures were served so far. */
  pictures(): number;
  /** Stops, and compares every picture that was served with what is stored. @returns the pictures by status */
  stop(): Promise<Readonly<Record<string, number>>>;
}

export function startShoppers({ stack, load, random, signal, fail }: ShoppersOptions): Shoppers {
  const base = `${stack.s3.endpoint}/${buckets.cdn}`;
  const served = new Map<string, string>();
  const counts: Record<string, number> = {};
  let stopping = false;

  async function request(edgeUrl: string, upload: Upload, url: string): Promise<number | undefined> {
    const hangs = AbortSignal.timeout(HANGS_AFTER_MS);
    try {
      const response = await fetch(url.replace(base, edgeUrl), { signal: AbortSignal.any([signal, hangs]) });
      const bytes = Buffer.from(await response.arrayBuffer());
      const { status } = response;
      counts[status] = (counts[status] ?? 0) + 1;
      if (status === 200) checkServed(url, bytes);
      else if (status !== 503 && upload.expected === 'ready') fail(`${url} answered ${status} after its upload`);
      return status;
    } catch {
      if (hangs.aborted) fail(`${url} was not answered in ${HANGS_AFTER_MS / 1000} s`);
      counts.broken = (counts.broken ?? 0) + 1;
      return undefined;
    }
  }

  function checkServed(url: string, bytes: Uint8Array): void {
    const hash = hashOf(bytes);
    if ((served.get(url) ?? hash) !== hash) fail(`${url} had two different pictures`);
    served.set(url, hash);
  }

  async function shopper(): Promise<void> {
    while (!stopping && !signal.aborted) {
      const newest = [...load.uploads.values()].filter(({ uploaded }) => uploaded).slice(-NEWEST);
      if (newest.length > 0) {
        const upload = random.pick(newest);
        const status = await request(random.pick(stack.edges).url, upload, random.pick(upload.urls));
        if (status === undefined) await delay(BROKEN_MS);
      }
      await delay(IDLE_MS);
    }
  }

  const running = Promise.all(Array.from({ length: SHOPPERS }, shopper));
  return {
    request,
    pictures: () => counts[200] ?? 0,
    async stop() {
      stopping = true;
      await running;
      for (const [url, hash] of served) {
        const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
        const stored = hashOf(Buffer.from(await response.arrayBuffer()));
        if (response.status !== 200 || stored !== hash) fail(`${url} was served, but other bytes are stored`);
      }
      if (served.size === 0) fail('no picture was served');
      return counts;
    },
  };
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
