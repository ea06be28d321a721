import { AppError } from '@imagemill/errors';
import type { Postponed } from '@imagemill/queue';

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

/** A run that must be postponed although it has begun to render. */
export class PostponedError extends Error {
  readonly postponed: Postponed;

  constructor(postponed: Postponed) {
    super(`The run is postponed: ${postponed.reason}.`);
    this.postponed = postponed;
  }
}
