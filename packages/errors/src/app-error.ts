export interface AppErrorOptions {
  /** Stable, kebab-case, part of the public contract. */
  readonly code: string;
  /** Whether the same call may succeed later without any change to its input. */
  readonly retryable: boolean;
  /** Safe to show to any caller: no host names, keys, paths or stack traces. */
  readonly publicMessage: string;
  readonly cause?: unknown;
}

/** The base class of all errors in this project. Each package derives its own classes, next to the code that throws them. */
export class AppError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly publicMessage: string;

  constructor(options: AppErrorOptions) {
    super(options.publicMessage, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.retryable = options.retryable;
    this.publicMessage = options.publicMessage;
  }
}
