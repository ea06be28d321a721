import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** One field of a request that is not acceptable. */
export interface FieldProblem {
  /** Path within the body, as in `metadata.sku`. */
  readonly field: string;
  readonly code: string;
  readonly message: string;
  /** The largest value that the field may have. */
  readonly limit?: number;
}

export interface ProblemOptions {
  readonly status: ContentfulStatusCode;
  /** Stable: clients branch on it. */
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  /** Numbers of parts without which an upload can't be completed. */
  readonly missingParts?: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not what the caller asked for; thrown by handlers, rendered once by the error handler. */
export class Problem extends Error {
  readonly options: ProblemOptions;

  constructor(options: ProblemOptions) {
    super(options.detail);
    this.name = 'Problem';
    this.options = options;
  }
}

export const imageNotFound = () =>
  new Problem({ status: 404, code: 'image-not-found', detail: 'There is no image with this id.' });
