import { AppError } from '@imagemill/errors';

/** Another run of the same image's job committed first. */
export class ManifestConflictError extends AppError {
  constructor() {
    // Retryable: the next attempt finds the other run's manifest and has nothing to do.
    super({ code: 'manifest-conflict', retryable: true, publicMessage: 'Another worker finished this image first.' });
  }
}

/** A job or an original has an image id that already belongs to another tenant. imagemill never creates one. */
export class OtherTenantsImageError extends AppError {
  constructor() {
    super({
      code: 'other-tenants-image',
      retryable: false,
      publicMessage: 'This image id belongs to another tenant.',
    });
  }
}

/** The original was deleted after its HEAD request and before it was read. */
export class OriginalGoneError extends AppError {
  constructor() {
    // The next attempt checks again: it waits for an upload, or the image expires.
    super({
      code: 'original-gone',
      retryable: true,
      publicMessage: 'The original was deleted while it was being processed.',
    });
  }
}

/** The body is longer or shorter than the size that the storage reported. */
export class OriginalIncompleteError extends AppError {
  constructor() {
    super({ code: 'original-incomplete', retryable: true, publicMessage: 'The original was not received completely.' });
  }
}
