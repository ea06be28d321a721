import type { ObjectFacts } from './object-storage.ts';

/** What S3's answers about one object mean, whichever way the request was sent. Other statuses are errors. */
export type Meaning = 'absent' | 'condition-failed' | undefined;

/** @param code S3's error code; a HEAD has none */
export function meaningOf(status: number | undefined, code: string | undefined): Meaning {
  if (status === 412) return 'condition-failed';
  return status === 404 && code !== 'NoSuchBucket' ? 'absent' : undefined;
}

/** The statuses of `meaningOf`, and success. */
export const KNOWN_STATUSES = [200, 206, 404, 412];

interface AnsweredFacts {
  readonly etag: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly metadata: Record<string, string> | undefined;
}

export const objectFacts = ({ etag = '', sizeBytes = 0, metadata = {}, ...rest }: AnsweredFacts): ObjectFacts => ({
  etag,
  sizeBytes,
  metadata,
  ...rest,
});
