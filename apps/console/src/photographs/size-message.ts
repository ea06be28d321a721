import type { ImagemillError } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';

const BUSY = 'Too many pictures are being made at the moment. Try again in a few seconds.';
const KEY_NOT_ACCEPTED = 'The edge does not accept the signature of the API. Contact the operator of the service.';
const NO_EDGE = 'There is no edge at the address of this picture. Contact the operator of the service.';

/** The codes of the edge, for sellers; `invalid-size` and `too-many-sizes` have details that they understand. */
const messages: Readonly<Record<string, string>> = {
  'picture-not-found': 'This picture cannot be made: the original of the image is not stored at the moment.',
  'not-renderable': 'The original of this image cannot be rendered.',
  'image-gone': 'This image was rejected or deleted.',
  'render-queue-full': BUSY,
  'tenant-queue-full': BUSY,
  'request-timeout': 'The picture was not ready in time. Try again.',
  'invalid-signature': KEY_NOT_ACCEPTED,
  'signature-required': KEY_NOT_ACCEPTED,
  'signing-key-not-allowed': KEY_NOT_ACCEPTED,
  'unknown-signing-key': KEY_NOT_ACCEPTED,
  'signature-expired': 'The URL of this picture has expired. Show it again.',
  'http-403': NO_EDGE,
  'http-404': NO_EDGE,
};

/** Why there is no picture of a size, and what to do about it. */
export const sizeMessage = (failure: unknown): string =>
  messages[(failure as Partial<ImagemillError>).code ?? ''] ?? messageFor(failure);
