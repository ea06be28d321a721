import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { type Api, putUpload, RefusedError, type Ticket } from './api.ts';
import type { Picture } from './pictures.ts';
import { retryWhileUnavailable, UnavailableError } from './retry-while-unavailable.ts';

/** Begins the note of each upload that a seller gave up on, because the service or the storage was away for longer than it repeats its requests. */
export const ABANDONED = 'An upload was abandoned';

/** How an upload is reported: by the uploader's call, by the bucket's event, or both. */
type Report = 'call' | 'event' | 'both';

/** An image with a ticket. */
export interface Upload {
  readonly imageId: string;
  readonly picture: Picture;
  readonly report: Report;
  /** Of its planned renditions. */
  readonly urls: readonly string[];
  /** The expected final status; `crashed` for poisoned images, which are rejected as `crashed-decoder`. */
  expected: Picture['expected'] | 'crashed';
  /** Whether the storage accepted the bytes. */
  uploaded: boolean;
  /** When the storage accepted the bytes; milliseconds since the epoch. */
  uploadedAtMs?: number;
}

export interface LoadOptions {
  readonly api: Api;
  readonly nextPicture: () => Promise<Picture>;
  readonly random: Random;
  readonly uploadEveryMs: number;
  /** Keeps the rate also while the backlog grows. */
  readonly keepsRate: boolean;
  readonly signal: AbortSignal;
  readonly note: (sentence: string) => void;
}

/** Sellers that upload one picture after the other, and retry like real clients. */
export interface Load {
  /** All images with a ticket, by image id. */
  readonly uploads: ReadonlyMap<string, Upload>;
  /** A hook for each ticket before its upload, and the number of completions per upload. */
  hooks: { onTicket?: ((upload: Upload) => Promise<void>) | undefined; completions: number };
  /** Waits until this many images are uploaded. */
  uploaded(count: number): Promise<void>;
  /** Requests no further tickets; resolves when every seller has finished its current upload. */
  stop(): Promise<void>;
}

const SELLERS = 8;
/** Maximum waiting jobs: enough to keep every worker busy, few enough to finish soon. */
const WAITING_MAX = 6;
const RETRY_FOR_MS = 60_000;
const POLL_MS = 250;

export function startLoad({ api, nextPicture, random, uploadEveryMs, keepsRate, signal, note }: LoadOptions): Load {
  const uploads = new Map<string, Upload>();
  const hooks: Load['hooks'] = { completions: 1 };
  let stopping = false;
  let nextAt = performance.now();
  let hasRoom = true;

  async function watchBacklog(): Promise<void> {
    while (!stopping && !keepsRate) {
      hasRoom = await api.backlog().then(
        ({ waiting, delayedDue }) => waiting + delayedDue < WAITING_MAX,
        () => hasRoom,
      );
      await delay(POLL_MS, undefined, { signal });
    }
  }

  async function seller(): Promise<void> {
    while (!stopping) {
      const now = performance.now();
      if (!hasRoom || now < nextAt) {
        await delay(Math.max(50, nextAt - now), undefined, { signal });
        continue;
      }
      nextAt = Math.max(nextAt + uploadEveryMs, now);
      await sell(await nextPicture());
    }
  }

  async function sell(picture: Picture): Promise<void> {
    try {
      const { bytes, contentType, category } = picture;
      const request = { filename: 'photo', contentType, contentLength: bytes.byteLength, category };
      const ticket = await retryWhileUnavailable(() => api.ticket(request), RETRY_FOR_MS, signal);
      const report = random.pick(['call', 'event', 'both'] as const);
      const urls = ticket.renditions.map(({ url }) => url);
      const { imageId } = ticket;
      const upload: Upload = { imageId, picture, report, urls, expected: picture.expected, uploaded: false };
      uploads.set(upload.imageId, upload);
      await hooks.onTicket?.(upload);
      await deliver(upload, ticket);
    } catch (error) {
      if (signal.aborted) throw error;
      // The seller continues with the next picture.
      if (!(error instanceof UnavailableError || error instanceof RefusedError)) throw error;
      note(`${ABANDONED}: ${error.message}`);
    }
  }

  async function deliver(upload: Upload, ticket: Ticket): Promise<void> {
    await retryWhileUnavailable(() => putUpload(ticket, upload.picture.bytes), RETRY_FOR_MS, signal);
    upload.uploaded = true;
    upload.uploadedAtMs = Date.now();
    if (upload.report === 'event') return;
    const complete = () => retryWhileUnavailable(() => api.complete(upload.imageId), RETRY_FOR_MS, signal);
    await Promise.all(
      Array.from({ length: hooks.completions }, async (_, index) => {
        if (index > 0) await delay(random.whole(0, 1_000), undefined, { signal });
        await complete();
      }),
    );
  }

  const running = Promise.all([watchBacklog(), ...Array.from({ length: SELLERS }, seller)]);
  running.catch(() => {});
  return {
    uploads,
    hooks,
    async uploaded(count) {
      const enough = () => [...uploads.values()].filter(({ uploaded }) => uploaded).length >= count;
      while (!enough()) await Promise.race([running, delay(POLL_MS, undefined, { signal })]);
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}
