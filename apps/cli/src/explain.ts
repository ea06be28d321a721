import { ImagemillError } from '@imagemill/client';
import { type FailedFile, isRefusedKey, messageFor } from '@imagemill/client/messages';
import { AppError } from '@imagemill/errors';
import { StartUpError } from '@imagemill/service/start-up';

/** A failure that the user can fix: its message says how, and no stack trace would help. */
export class FailureToExplain extends Error {
  override readonly name: string = 'FailureToExplain';
  /** For scripts. */
  readonly code: string;

  constructor(message: string, { code = 'failed', cause }: { code?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.code = code;
  }
}

/** Why a connection failed. Node hides the reason in causes, and in an AggregateError for a name with several addresses. */
export function connectionFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return connectionFailure(error.errors[0]);
  return error.cause === undefined ? error.message : connectionFailure(error.cause);
}

/** The message for a person: of an unexpected error its stack. */
export function explanation(error: unknown, file?: FailedFile): string {
  if (error instanceof ImagemillError) return ofImagemill(error, file);
  const isForeseen = [FailureToExplain, StartUpError, AppError].some((kind) => error instanceof kind);
  if (isForeseen || !(error instanceof Error)) return error instanceof Error ? error.message : String(error);
  return error.stack ?? error.message;
}

/** The same for a script, with the code to branch on. */
export function errorForScripts(error: unknown, file?: FailedFile): { code: string; message: string } {
  const isCoded = error instanceof ImagemillError || error instanceof FailureToExplain;
  return { code: isCoded ? error.code : 'unexpected', message: explanation(error, file) };
}

/** With the reason of a failure below HTTP, such as a wrong address. */
function ofImagemill(error: ImagemillError, file?: FailedFile): string {
  const { status, cause } = error;
  if (isRefusedKey(error)) return `${messageFor(error)} Pass another with --key.`;
  const reason = status === undefined && cause !== undefined ? ` (${connectionFailure(cause)})` : '';
  return `${messageFor(error, file)}${reason}`;
}
