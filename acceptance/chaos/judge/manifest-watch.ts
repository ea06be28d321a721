import { setTimeout as delay } from 'node:timers/promises';
import type { Bucket } from './bucket.ts';

const USUAL_POLL_MS = 300;

/** Reads each manifest as soon as it appears: all its renditions must exist at that time. */
export interface ManifestWatch {
  /** Images whose manifest listed a missing rendition. */
  readonly partial: ReadonlySet<string>;
  stop(): Promise<void>;
}

export function watchManifests(bucket: Bucket, pollMs = USUAL_POLL_MS): ManifestWatch {
  const seen = new Map<string, string>();
  const partial = new Set<string>();
  const stopping = new AbortController();

  async function look(): Promise<void> {
    for (const [imageId, etag] of await bucket.listManifests()) {
      if (seen.get(imageId) === etag) continue;
      const manifest = await bucket.readManifest(imageId);
      const there = await Promise.all((manifest?.renditions ?? []).map(({ url, bytes }) => isThere(url, bytes)));
      if (there.includes(false)) partial.add(imageId);
      seen.set(imageId, etag);
    }
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look();
      await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    await look();
  }
  const looking = poll();
  looking.catch(() => {});
  return {
    partial,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

async function isThere(url: string, bytes: number): Promise<boolean> {
  const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(10_000) });
  return response.status === 200 && Number(response.headers.get('content-length')) === bytes;
}
