/** An `ImagemillError`, or the `error` of an image. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The largest value that the rejected field may have. */
  readonly limit?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly requestId?: string | undefined;
}

/** A browser's `File` is one. */
export interface FailedFile {
  readonly name: string;
  /** Bytes; undefined if unknown. */
  readonly size?: number | undefined;
}

/** The message of one code. A function where the message depends on the failure or on the file. */
export type Message = string | ((failure: Failure, file: FailedFile | undefined) => string);
