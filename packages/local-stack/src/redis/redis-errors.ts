import { AppError } from '@imagemill/errors';

interface RedisErrorDetails {
  readonly code: 'redis-not-found' | 'redis-too-old' | 'redis-start-failed';
  /** For the local user: may contain paths and ports. */
  readonly message: string;
  readonly cause?: unknown;
}

/** A local Redis could not be started. */
class RedisError extends AppError {
  constructor({ code, message, cause }: RedisErrorDetails) {
    super({ code, retryable: false, publicMessage: 'The local Redis is not available.', cause });
    this.message = message;
  }
}

export class RedisNotFoundError extends RedisError {
  constructor(message: string, cause?: unknown) {
    super({ code: 'redis-not-found', message, cause });
  }
}

export class RedisTooOldError extends RedisError {
  constructor(path: string, version: string, oldest: string) {
    super({
      code: 'redis-too-old',
      message: `${path} is Redis ${version}; imagemill needs ${oldest} or newer. Install a newer one, or set REDIS_SERVER_BIN to it.`,
    });
  }
}

export class RedisStartError extends RedisError {
  constructor(message: string, cause?: unknown) {
    super({ code: 'redis-start-failed', message, cause });
  }
}
