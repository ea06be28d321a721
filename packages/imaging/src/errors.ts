import { AppError } from '@imagemill/errors';

/** Why an upload is permanently rejected: messages for the seller. */
const messages = {
  'unsupported-format': 'This file is not a supported JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF, BMP or JPEG XL image.',
  'type-mismatch': 'The content of this file does not match its declared type.',
  'too-many-bytes': 'This file is too large.',
  'too-many-pixels': 'This image has too many pixels, in total or on one side.',
  'too-many-frames': 'This animation has too many frames.',
  'too-complex':
    'This image has too many parts, too much metadata, or takes too much memory to process. Export it again, or make it smaller, then upload it.',
  corrupt: 'This file is damaged or incomplete. Save or export the image again, then upload it.',
  timeout: 'This image takes too long to process.',
  'crashed-decoder':
    'This file cannot be processed. Save or export the image again in another program, then upload it.',
  'checksum-mismatch': 'The uploaded file does not match its declared SHA-256.',
} as const;

export type RejectionCode = keyof typeof messages;

/** Reasons that share the code of another one. */
const specialReasons = {
  'heic-decoder-missing': {
    code: 'unsupported-format',
    message: 'HEIC images are not accepted here, because their decoder (libheif-js) is not installed. Use JPEG.',
  },
  'jxl-decoder-missing': {
    code: 'unsupported-format',
    message: 'JPEG XL images are not accepted here, because their decoder (jxl-oxide-wasm) is not installed. Use JPEG.',
  },
} as const satisfies Record<string, { code: RejectionCode; message: string }>;

export type RejectionReason = RejectionCode | keyof typeof specialReasons;
export const rejectionReasons = [...Object.keys(messages), ...Object.keys(specialReasons)] as [
  RejectionReason,
  ...RejectionReason[],
];

const isSpecial = (reason: RejectionReason): reason is keyof typeof specialReasons => reason in specialReasons;

/** The bytes are not an acceptable image; a retry can't succeed. `publicMessage` explains the reason to the seller. */
export class RejectedImageError extends AppError {
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, cause?: unknown) {
    const { code, message } = isSpecial(reason) ? specialReasons[reason] : { code: reason, message: messages[reason] };
    super({ code, retryable: false, publicMessage: message, cause });
    this.reason = reason;
  }
}

/** Messages of sharp, libvips and its loaders that identify the reason of a rejection. */
const rejectionPatterns: readonly [pattern: RegExp, code: RejectionCode][] = [
  // libheif's limits of items, references, boxes and nesting.
  [/security limit exceeded: (?:iinf|number of|maximum number|security limit for)/i, 'too-complex'],
  [/exceeds (?:the )?(?:pixel|security) limit|exceeds the maximum image size|image dimension is/i, 'too-many-pixels'],
  [/unsupported image format|exceeds channel limit/i, 'unsupported-format'],
  // TIFF pixel formats without a decoder.
  [
    /unsupported tiff image type|not a whole number of bytes|samples out of range|not 1 bands|bad labq/i,
    'unsupported-format',
  ],
];

/** Memory, disk, file handles, or wrong arguments: failures of the service, independent of the picture. */
const internalFailure =
  /out of memory|(?:cannot|could not|unable to) allocate|no space left|temp(?:orary)? file|too many open files|temporarily unavailable|create thread|^Expected /i;

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Maps an error of sharp while it reads a source to a rejection; returns internal failures unchanged. */
export function toRejection(error: unknown): unknown {
  const text = textOf(error);
  if (internalFailure.test(text) || error instanceof TypeError) return error;
  const code = rejectionPatterns.find(([pattern]) => pattern.test(text))?.[1] ?? 'corrupt';
  return new RejectedImageError(code, error);
}

/**
 * An image was in an engine process for longer than the limit without using much CPU: the machine is overloaded, or the process hangs.
 * This does not prove that the image is at fault.
 */
export class TookTooLongError extends AppError {
  constructor() {
    super({ code: 'took-too-long', retryable: true, publicMessage: 'This image took too long to process.' });
  }
}

/** More images wait for an engine process than the pool accepts. */
export class EngineBusyError extends AppError {
  constructor() {
    super({ code: 'engine-busy', retryable: true, publicMessage: 'Too many images are waiting to be processed.' });
  }
}
