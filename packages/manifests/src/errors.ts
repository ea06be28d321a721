import { AppError } from '@imagemill/errors';

/** Two runs of one image's job ended at the same time, and the other one was first. */
export class ManifestConflictError extends AppError {
  constructor() {
    // The next try finds the other's manifest and has nothing to do.
    super({ code: 'manifest-conflict', retryable: true, publicMessage: 'Another worker finished this image first.' });
  }
}

/** A job or an original names an image id that already belongs to another tenant. imagemill never makes one. */
export class OtherTenantsImageError extends AppError {
  constructor() {
    super({
      code: 'other-tenants-image',
      retryable: false,
      publicMessage: 'This image id belongs to another tenant.',
    });
  }
}
