import { AppError } from '@imagemill/errors';

/** Why an upload can never become an image, in words for its seller. */
const messages = {
  'unsupported-format': 'This file is not a JPEG, PNG, WebP, AVIF, GIF or TIFF picture of a usual kind.',
  'type-mismatch': 'This file is a picture of another type than was declared.',
  'too-many-bytes': 'This file is too large.',
  'too-many-pixels': 'This picture has too many pixels, in all or along one side.',
  'too-many-frames': 'This animation has too many frames.',
  corrupt: 'This file is damaged or incomplete. Save the picture again and upload it anew.',
  timeout: 'This picture takes too long to process.',
  'checksum-mismatch': 'The uploaded bytes do not have the SHA-256 that was declared.',
} as const;

export type RejectionCode = keyof typeof messages;

/** The bytes are not an acceptable image, and never will be: its seller is told why. */
export class RejectedImageError extends AppError {
  constructor(code: RejectionCode, cause?: unknown) {
    super({ code, retryable: false, publicMessage: messages[code], cause });
  }
}

/** What sharp, libvips and its loaders say, as far as it tells one refusal from another. */
const refusals: readonly [pattern: RegExp, code: RejectionCode][] = [
  [/exceeds (?:the )?(?:pixel|security) limit|exceeds the maximum image size|image dimension is/i, 'too-many-pixels'],
  [/timeout: \d+% complete/i, 'timeout'],
  [/unsupported image format|exceeds channel limit/i, 'unsupported-format'],
  // Of TIFF's many kinds of pixels.
  [
    /unsupported tiff image type|not a whole number of bytes|samples out of range|not 1 bands|bad labq/i,
    'unsupported-format',
  ],
];

/** Memory, disk, file handles, or a call with wrong arguments: nothing that another picture would mend. */
const ourOwnTrouble =
  /out of memory|(?:cannot|could not|unable to) allocate|no space left|temp(?:orary)? file|too many open files|temporarily unavailable|create thread|^Expected /i;

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Turns what sharp throws while it reads a source into the reason for a rejection; our own trouble stays what it is. */
export function toRejection(error: unknown): unknown {
  const text = textOf(error);
  if (ourOwnTrouble.test(text) || error instanceof TypeError) return error;
  const code = refusals.find(([pattern]) => pattern.test(text))?.[1] ?? 'corrupt';
  return new RejectedImageError(code, error);
}

/** The same for pixels that are decoded already: the picture can only be too much work, all else is our own trouble. */
export function toTimeout(error: unknown): unknown {
  const rejection = toRejection(error);
  return rejection instanceof RejectedImageError && rejection.code === 'timeout' ? rejection : error;
}
