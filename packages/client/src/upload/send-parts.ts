import { withRetries } from '../api/with-retries.ts';
import type { PartCalls, UploadedPart } from './part-calls.ts';
import { createPartUrls } from './part-urls.ts';
import { sendBody } from './send-body.ts';
import type { SendOptions } from './send-whole.ts';
import type { UploadSource } from './upload-source.ts';

/** Enough to fill a connection. Parts of a stream are held in memory. */
const CONCURRENCY = 4;

export interface PartsUpload {
  readonly imageId: string;
  /** Bytes of each part but the last. */
  readonly partSize: number;
  /** Parts that are stored already. */
  readonly uploaded: readonly UploadedPart[];
}

interface Part {
  readonly partNumber: number;
  readonly blob: Blob;
}

/** Sends the missing parts, several at once, and retries temporary failures of each. @throws UploadError @throws ImagemillError */
export async function sendParts(
  source: UploadSource,
  { imageId, partSize, uploaded }: PartsUpload,
  { calls, ...options }: SendOptions & { calls: PartCalls },
): Promise<void> {
  const missing = missingParts(source.size, partSize, uploaded);
  // A failed part stops the others: a failed upload must not send anything more.
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const urls = createPartUrls(calls, imageId, missing, signal);
  const progress = createProgress(uploaded, options.onSent);
  const parts = readParts(source, partSize, missing);

  async function sendOne({ partNumber, blob }: Part): Promise<void> {
    const onSent = (bytes: number) => progress(partNumber, bytes);
    await withRetries(
      async () => {
        const { url, headers, expiresAt } = await urls.urlOf(partNumber);
        try {
          const part = { url, headers, expiresAt, body: blob, size: blob.size, method: 'PUT' } as const;
          await sendBody({ ...options, ...part, signal, onSent });
        } catch (error) {
          urls.forget(partNumber);
          onSent(0);
          throw error;
        }
      },
      { ...options.retries, signal },
    );
  }
  async function sendInTurn(): Promise<void> {
    for await (const part of parts) await sendOne(part);
  }
  try {
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, missing.length) }, sendInTurn));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

function missingParts(size: number, partSize: number, uploaded: readonly UploadedPart[]): number[] {
  const there = new Set(uploaded.map(({ partNumber }) => partNumber));
  const all = Array.from({ length: Math.ceil(size / partSize) }, (_, index) => index + 1);
  return all.filter((partNumber) => !there.has(partNumber));
}

/** Shared by concurrent senders: an async generator serves them in turn. */
async function* readParts(
  source: UploadSource,
  partSize: number,
  partNumbers: readonly number[],
): AsyncGenerator<Part, void, undefined> {
  for (const partNumber of partNumbers) {
    const start = (partNumber - 1) * partSize;
    yield { partNumber, blob: await source.slice(start, Math.min(source.size, start + partSize)) };
  }
}

function createProgress(uploaded: readonly UploadedPart[], onSent: (bytes: number) => void) {
  const sent = new Map<number, number>();
  let total = uploaded.reduce((sum, { size }) => sum + size, 0);
  onSent(total);
  return (partNumber: number, bytes: number) => {
    total += bytes - (sent.get(partNumber) ?? 0);
    sent.set(partNumber, bytes);
    onSent(total);
  };
}
