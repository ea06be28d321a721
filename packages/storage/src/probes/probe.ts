import { statusOf } from '../errors.ts';
import type { ObjectStorage } from '../object-storage.ts';

/** What imagemill needs from a store, or uses if it is there. docs/stores.md lists them by store. */
export const capabilities = [
  'conditional-create',
  'one-winner',
  'conditional-replace',
  'upload-urls',
  'upload-once',
  'signed-headers',
  'publishing-headers',
  'other-headers',
  'declared-checksum',
  'upload-forms',
  'multipart-uploads',
  'multipart-listing',
  'browser-uploads',
] as const;

export type Capability = (typeof capabilities)[number];

/** Whether a store has a capability, and what it answered. */
export interface ProbeResult {
  readonly capability: Capability;
  readonly holds: boolean;
  readonly seen: string;
}

export interface ProbeOptions {
  readonly storage: ObjectStorage;
  /** A key that does not exist. The caller deletes the objects afterwards. */
  readonly newKey: () => string;
  readonly signal?: AbortSignal | undefined;
}

/** A store that fails says nothing about its capabilities. 501 is an answer: the store does not implement the request. */
class ProbeFailedError extends Error {
  constructor(status: number) {
    super(`The storage answered with HTTP ${status}.`);
    this.name = new.target.name;
  }
}

const isTrouble = (status: number) => status === 429 || (status >= 500 && status !== 501);

/**
 * The answer to a call that the store may refuse: what it returned, or `HTTP` and the status.
 *
 * @throws the call's error if it has no status, and ProbeFailedError for a status that says nothing about the request
 */
export async function answerOf(call: () => Promise<string>): Promise<string> {
  try {
    return await call();
  } catch (error) {
    const { cause } = error as Error;
    const status = statusOf(cause);
    if (status === undefined) throw error;
    if (isTrouble(status)) throw new ProbeFailedError(status);
    return `HTTP ${status} ${(cause as Error).name}`;
  }
}

/** Sends a request without the client. @throws ProbeFailedError if the store fails, and fetch's error if it does not answer */
export async function statusOfFetch(url: string | URL, init: RequestInit): Promise<number> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  await response.body?.cancel();
  if (isTrouble(response.status)) throw new ProbeFailedError(response.status);
  return response.status;
}

export const isSuccess = (status: number) => status >= 200 && status < 300;

export const BODY = Buffer.from('imagemill writes this object to test the storage, and deletes it.\n');

/** The declaration of an upload of `BODY`. */
export const uploadOf = (key: string) => ({
  key,
  contentType: 'text/plain',
  contentLength: BODY.byteLength,
  cacheControl: 'no-store',
  expiresInSeconds: 300,
  metadata: { filename: 'probe.txt' },
});
