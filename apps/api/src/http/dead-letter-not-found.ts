import { Problem } from '@imagemill/http';

export const deadLetterNotFound = () =>
  new Problem({ status: 404, code: 'dead-letter-not-found', detail: 'This image has no dead letter.' });
