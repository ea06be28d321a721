import type { Image } from './types.ts';

export interface ImagemillErrorOptions {
  /** Stable: branch on it. The API's own, or `network`, `timeout`, `unexpected-answer`, `storage-refused`, … */
  readonly code: string;
  /** HTTP; undefined where nothing answered. */
  readonly status?: number | undefined;
  /** The first field of the request that is wrong, as in `metadata.sku`. */
  readonly field?: string | undefined;
  /** The largest value that this field may have, such as bytes of a file. */
  readonly limit?: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** To quote to whoever runs the service. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** A call that did not succeed. Its message is for people. */
export class ImagemillError extends Error {
  override readonly name: string = 'ImagemillError';
  readonly code: string;
  readonly status: number | undefined;
  readonly field: string | undefined;
  readonly limit: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, options: ImagemillErrorOptions) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.status = options.status;
    this.field = options.field;
    this.limit = options.limit;
    this.retryable = options.retryable ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.requestId = options.requestId;
  }
}

/** The storage did not take the bytes. `code` is `storage-refused`, `upload-url-expired`, `network` or `timeout`. */
export class UploadError extends ImagemillError {
  override readonly name: string = 'UploadError';
}

/** The image was rejected, failed, expired or was deleted: `code` says why, `image` is where it stands. */
export class ImageEndedError extends ImagemillError {
  override readonly name: string = 'ImageEndedError';
  readonly image: Image;

  constructor(image: Image) {
    const { code = 'image-deleted', message = 'This image was deleted.' } = image.error ?? {};
    super(message, { code });
    this.image = image;
  }
}
