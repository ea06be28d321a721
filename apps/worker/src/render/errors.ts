import { AppError } from '@imagemill/errors';

/** The API took an image whose category this worker does not know: their VARIANT_SETS_FILE differ. */
export class UnknownCategoryError extends AppError {
  constructor(category: string) {
    super({
      code: 'unknown-category',
      // A worker with the right file may be the next to try.
      retryable: true,
      publicMessage: `This worker knows no variant set "${category}".`,
    });
  }
}

/** The original was deleted between being seen and being read. */
export class OriginalGoneError extends AppError {
  constructor() {
    // The next try looks again, and waits for an upload or ends as expired.
    super({ code: 'original-gone', retryable: true, publicMessage: 'The original is gone.' });
  }
}

/** More or fewer bytes came than the storage said that the original has. */
export class OriginalIncompleteError extends AppError {
  constructor() {
    super({ code: 'original-incomplete', retryable: true, publicMessage: 'The original did not arrive whole.' });
  }
}

/** A decode or an encode was stopped by the clock, for the first time. */
export class TookTooLongError extends AppError {
  constructor(cause: unknown) {
    super({ code: 'took-too-long', retryable: true, publicMessage: 'This picture took too long to process.', cause });
  }
}
