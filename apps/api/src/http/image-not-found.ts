import { Problem } from '@imagemill/http';

export const imageNotFound = () =>
  new Problem({ status: 404, code: 'image-not-found', detail: 'There is no image with this id.' });
