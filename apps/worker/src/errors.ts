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
