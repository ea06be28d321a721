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
