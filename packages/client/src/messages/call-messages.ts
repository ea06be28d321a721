import type { Failure, Message } from './failure.ts';
import { notAnImage } from './not-an-image.ts';

const UNAVAILABLE: Message = (failure) => `The service is temporarily unavailable. ${tryAgain(failure)}`;
/** Caused only by a bug in the calling app. */
const FAULT_OF_THE_APP: Message = ({ code, message }) => `The app sent an invalid request (${code}): ${message}`;

/** Why a call failed: the codes of the API's errors, and of this package's own. */
export const callMessages: Readonly<Record<string, Message>> = {
  // The file
  'empty-upload': 'This file is empty.',
  'upload-too-large': ({ limit }, file) => tooLarge(file?.size, limit),
  'unsupported-type': (_failure, file) => notAnImage(file),
  'invalid-filename': ({ message }) => `This file name ${withoutField(message)}. Rename the file.`,
  'unreadable-file': ({ message }) => message,
  'unknown-category': ({ message }) => `This category does not exist: it ${withoutField(message)}.`,
  'invalid-url': 'This is not a plain http or https URL.',

  // The key
  unauthorized: 'This API key is not valid.',
  'key-expired': 'This API key has expired.',
  'missing-scope': ({ message }) => message,
  'no-signing-key': 'Your account is not set up for signed URLs. Contact its operator.',
  'no-board-session': 'The session for the board has ended. Open the board again from the operator page.',

  // Limits
  'rate-limited': (failure) => `Too many requests were made within a short time. ${tryAgain(failure)}`,
  'too-many-unfinished': (failure) =>
    `Too many of your uploads are unfinished. Wait for some of them. ${tryAgain(failure)}`,
  overloaded: (failure) => `The service is busy: too many images are waiting. ${tryAgain(failure)}`,
  'too-many-requests': (failure) => `The service is busy. ${tryAgain(failure)}`,
  'too-many-bodies': (failure) => `The service is busy. ${tryAgain(failure)}`,
  'too-many-listeners': (failure) => `You have too many live connections open. ${tryAgain(failure)}`,
  'no-room-to-listen': (failure) => `The service has too many live connections open. ${tryAgain(failure)}`,

  // The connection and the storage
  network: 'The connection failed. Check your network, then try again.',
  timeout: ({ message }) => message,
  'live-ended': 'The live connection ended.',
  'body-incomplete': 'The connection broke during the request. Try again.',
  'request-too-slow': 'The request took too long. Check your network, then try again.',
  'unexpected-answer': 'The response is not from an imagemill API. Check the address.',
  'route-not-found': 'This API does not support the request. Check the address and the version of the API.',
  'storage-refused': ({ message }) => message,
  unexpected: ({ message }) => message,
  'upload-url-expired': 'The upload took longer than its URL is valid. Try again.',
  'queue-unavailable': UNAVAILABLE,
  'keys-unavailable': UNAVAILABLE,
  'storage-unavailable': UNAVAILABLE,
  'internal-error': ({ requestId }) =>
    `Something went wrong in the service.${requestId ? ` If it happens again, report request ${requestId}.` : ' Try again.'}`,

  // The image, dead letter, delivery or board
  'image-not-found': 'This image does not exist, or it was deleted.',
  'not-uploaded': 'The file has not arrived in full. Upload it again.',
  'upload-ended': 'This upload was already completed or cancelled.',
  'original-gone': 'The original of this image is no longer stored, so nothing new can be made from it.',
  'not-ready': 'This image is not ready yet, or is being changed. Try again in a moment.',
  'not-held': 'This image was released or rejected in the meantime.',
  'dead-letter-not-found': 'This dead letter is gone: it was redriven or discarded in the meantime.',
  'delivery-not-found': 'This delivery is no longer stored.',
  'purge-not-found': 'This purge is no longer stored.',
  'unreadable-job': 'This job is unreadable and cannot be restarted.',
  'delivery-pending': 'This event is already on its way.',
  'board-is-off': 'The board is off. Set BOARD_SESSION_SECRET to turn it on.',

  ...Object.fromEntries(
    [
      ...['bad-request', 'invalid-json', 'body-too-large', 'unsupported-media-type', 'origin-not-allowed'],
      ...['body-too-fragmented', 'body-too-complex', 'headers-too-large'],
      ...['missing-field', 'unknown-field', 'invalid-type', 'invalid-field', 'unknown-part', 'not-multipart'],
      ...['invalid-idempotency-key', 'idempotency-key-reused', 'upgrade-required', 'unknown-file'],
    ].map((code) => [code, FAULT_OF_THE_APP]),
  ),
};

/** The API puts the field before its message: `filename: must be …`. */
const withoutField = (message: string) => message.replace(/^[\w.]+: /, '').replace(/\.$/, '');

/** Rounded apart, so that a file just over the limit does not seem to be as large as the limit. */
function tooLarge(size: number | undefined, limit: number | undefined): string {
  const megabytes = (bytes: number, round: (value: number) => number) => `${round(bytes / 1e5) / 10} MB`;
  const [file, most] = [size && megabytes(size, Math.ceil), limit && megabytes(limit, Math.floor)];
  if (file && most) return `This file is ${file}; the limit is ${most}.`;
  return `This file is too large${most ? `; the limit is ${most}` : ''}.`;
}

function tryAgain({ retryAfterSeconds }: Failure): string {
  if (!retryAfterSeconds) return 'Try again in a moment.';
  if (retryAfterSeconds <= 90) return `Try again in ${Math.ceil(retryAfterSeconds)} s.`;
  return `Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`;
}
