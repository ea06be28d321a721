import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** One invalid field of a request. */
export interface FieldProblem {
  /** Path within the body, such as `metadata.sku`. */
  readonly field: string;
  readonly code: string;
  readonly message: string;
  /** The largest value allowed in the field. */
  readonly limit?: number;
}

export interface ProblemOptions {
  readonly status: ContentfulStatusCode;
  /** Stable: clients branch on it. */
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  /** Numbers of the missing parts of an upload. */
  readonly missingParts?: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error response: thrown by handlers, rendered by the error handler. */
export class Problem extends Error {
  readonly options: ProblemOptions;

  constructor(options: ProblemOptions) {
    const { stackTraceLimit } = Error;
    // No log has the stack of a client's error, and recording it takes 7 % of the CPU of a refused size.
    if (options.status < 500) Error.stackTraceLimit = 0;
    super(options.detail);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'Problem';
    this.options = options;
  }
}

interface TooMany {
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSeconds: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A 429: the same request can succeed later. */
export const tooMany = ({ code, detail, retryAfterSeconds, headers }: TooMany) =>
  new Problem({ status: 429, code, detail, headers: { 'retry-after': String(retryAfterSeconds), ...headers } });
