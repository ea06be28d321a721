import { AppError } from '@imagemill/errors';

/** Redis did not answer. The key can be neither accepted nor rejected. */
export class KeysUnavailableError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'keys-unavailable',
      retryable: true,
      publicMessage: 'API keys cannot be looked up right now. Try again shortly.',
      cause,
    });
  }
}

/** The limit on stored keys, across all tenants, is reached. */
export class TooManyKeysError extends AppError {
  constructor(keysMax: number) {
    super({
      code: 'too-many-keys',
      retryable: false,
      publicMessage: `The limit of ${keysMax} API keys is reached. Revoke unused keys.`,
    });
  }
}
