import { AppError } from '@imagemill/errors';

/** Why a URL can never be imported, in words for its seller, that tell nothing of our own network. */
const messages = {
  'import-forbidden':
    'This URL leads to where nothing is imported from: only public addresses are, over http or https and their usual ports, through three redirects at most.',
  'import-not-found': 'There is nothing at this URL.',
  'import-refused': 'The server of this URL does not hand out the picture.',
  'import-unreachable': 'The server of this URL did not send the picture, though it was asked several times.',
} as const;

/** Nothing came from the URL, and nothing ever will. */
export class ImportRejectedError extends AppError {
  constructor(code: keyof typeof messages, cause?: unknown) {
    super({ code, retryable: false, publicMessage: messages[code], cause });
  }
}

/** Nothing came from the URL this time. */
export class ImportFailedError extends AppError {
  constructor(cause: unknown) {
    super({ code: 'import-failed', retryable: true, publicMessage: 'The URL could not be read.', cause });
  }
}
