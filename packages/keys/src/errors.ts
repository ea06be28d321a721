import { AppError } from '@imagemill/errors';

/** Redis did not say who a key belongs to, so whoever has it is neither let in nor told that it is wrong. */
export class KeysUnavailableError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'keys-unavailable',
      retryable: true,
      publicMessage: 'API keys can not be looked up just now. Try again shortly.',
      cause,
    });
  }
}

/** As many keys as are kept, for all tenants together. */
export class TooManyKeysError extends AppError {
  constructor(keysMax: number) {
    super({
      code: 'too-many-keys',
      retryable: false,
      publicMessage: `There are ${keysMax} API keys already. Revoke those that nobody uses.`,
    });
  }
}
