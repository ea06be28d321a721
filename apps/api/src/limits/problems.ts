import { Problem } from '../http/problem.ts';

interface TooMany {
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSeconds: number;
}

/** A 429: the same request can succeed later. */
export const tooMany = ({ code, detail, retryAfterSeconds }: TooMany) =>
  new Problem({ status: 429, code, detail, headers: { 'retry-after': String(retryAfterSeconds) } });
