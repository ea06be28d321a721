import type { Image } from './types.ts';

export interface ImagemillErrorOptions {
  /** Stable: branch on it. The API's own, or `network`, `timeout`, `unexpected-answer`, `storage-refused`, … */
  readonly code: string;
  /** HTTP status; undefined without a response. */
  readonly status?: number | undefined;
  /** The first invalid field of the request, such as `metadata.sku`. */
  readonly field?: string | undefined;
  /** The largest value that this field may have, such as bytes of a file. */
  readonly limit?: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** For reports to the operator of the service. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** A failed call. */
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

/** The storage did not accept the upload. `code` is `storage-refused`, `upload-url-expired`, `network` or `timeout`. */
export class UploadError extends ImagemillError {
  override readonly name: string = 'UploadError';
}

/** Moderation keeps the image back: it is neither ready nor at its end, and may be released after days. */
export class ImageHeldError extends ImagemillError {
  override readonly name: string = 'ImageHeldError';
  readonly image: Image;

  constructor(image: Image) {
    const { code = 'moderation-held', message = 'This image is waiting for moderation.' } = image.error ?? {};
    super(message, { code, retryable: true });
    this.image = image;
  }
}

/** The image was rejected, failed, expired or deleted: `code` is the reason, `image` its last status. */
export class ImageEndedError extends ImagemillError {
  override readonly name: string = 'ImageEndedError';
  readonly image: Image;

  constructor(image: Image) {
    const { code = 'image-deleted', message = 'This image was deleted.' } = image.error ?? {};
    super(message, { code });
    this.image = image;
  }
}
