import { AppError } from '@imagemill/errors';

/** Ceph could not be installed or started. The message is for the local user. */
export class CephError extends AppError {
  constructor(message: string, cause?: unknown) {
    super({ code: 'ceph-unavailable', retryable: false, publicMessage: 'Ceph is not available.', cause });
    this.message = message;
  }
}
