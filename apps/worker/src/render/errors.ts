import { AppError } from '@imagemill/errors';

/** The API accepted a category that this worker does not have: their VARIANT_SETS_FILE differ. */
export class UnknownCategoryError extends AppError {
  constructor(category: string) {
    super({
      code: 'unknown-category',
      // The next attempt may run on a worker with the right file.
      retryable: true,
      publicMessage: `This worker has no variant set for category "${category}".`,
    });
  }
}
