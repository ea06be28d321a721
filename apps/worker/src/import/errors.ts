import { AppError } from '@imagemill/errors';

/** Messages for sellers. They must not reveal anything about our own network. */
const messages = {
  'import-forbidden':
    'Imports from this address are not allowed: use a public http(s) URL on the default port, with at most three redirects.',
  'import-not-found': 'There is no file at this URL.',
  'import-refused': 'The server at this URL refused to send the image.',
  'import-unreachable': 'The image could not be downloaded from this URL after several attempts.',
} as const;

/** The download failed, and retries will not help. */
export class ImportRejectedError extends AppError {
  constructor(code: keyof typeof messages, cause?: unknown) {
    super({ code, retryable: false, publicMessage: messages[code], cause });
  }
}

/** The download failed; a retry may succeed. */
export class ImportFailedError extends AppError {
  constructor(cause: unknown) {
    super({ code: 'import-failed', retryable: true, publicMessage: 'The download from this URL failed.', cause });
  }
}
