import { Problem } from '@imagemill/http';

/** A ready image whose original was deleted by hand, or by a lifecycle rule of the bucket. */
export const originalGone = () =>
  new Problem({
    status: 409,
    code: 'original-gone',
    detail: 'The original of this image no longer exists, so it cannot be reprocessed.',
  });
