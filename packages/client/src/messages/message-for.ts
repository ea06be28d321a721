import { callMessages } from './call-messages.ts';
import type { FailedFile, Failure, Message } from './failure.ts';
import { imageMessages } from './image-messages.ts';

/**
 * A plain English message for the person who uploads: what went wrong, and what to do about it.
 *
 * @param failure a caught error, or an image's `error`; an unknown code keeps the API's message
 * @param file the file that failed; with it the message names sizes, and explains HEIC
 */
export function messageFor(failure: unknown, file?: FailedFile): string {
  if (!isFailure(failure)) return failure instanceof Error ? failure.message : String(failure);
  const message = messageOf(failure);
  return typeof message === 'function' ? message(failure, file) : (message ?? failure.message);
}

/** Whether the API refused the key itself: no other call with it can succeed either. */
export const isRefusedKey = (failure: unknown): boolean =>
  isFailure(failure) && ['unauthorized', 'key-expired', 'missing-scope'].includes(failure.code);

/** The code `timeout` of an image is not that of a call. An `ImageEndedError` has the image; an image's `error` is not an Error. */
function messageOf(failure: Failure): Message | undefined {
  const isOfImage = 'image' in failure || !(failure instanceof Error);
  const [first, second] = isOfImage ? [imageMessages, callMessages] : [callMessages, imageMessages];
  return first[failure.code] ?? second[failure.code];
}

function isFailure(value: unknown): value is Failure {
  const { code, message } = (value ?? {}) as Partial<Failure>;
  return typeof code === 'string' && typeof message === 'string';
}
