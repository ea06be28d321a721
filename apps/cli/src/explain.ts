import { ImagemillError } from '@imagemill/client';
import { AppError } from '@imagemill/errors';
import { StartUpError } from '@imagemill/service';

/** A failure that the user can mend: its message says how, and no stack trace would help. */
export class FailureToExplain extends Error {
  override readonly name: string = 'FailureToExplain';
}

/** Why a connection failed: Node hides the reason in causes, and in several errors where a name has several addresses. */
export function connectionTrouble(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return connectionTrouble(error.errors[0]);
  return error.cause === undefined ? error.message : connectionTrouble(error.cause);
}

/** What a person is told: words where there are any, else the stack of what was not foreseen. */
export function explanation(error: unknown): string {
  if (error instanceof ImagemillError) return ofImagemill(error);
  const isForeseen = [FailureToExplain, StartUpError, AppError].some((kind) => error instanceof kind);
  if (isForeseen || !(error instanceof Error)) return error instanceof Error ? error.message : String(error);
  return error.stack ?? error.message;
}

/** With the reason of what went wrong below HTTP: an address that is wrong is seen in it. */
function ofImagemill({ code, message, status, cause }: ImagemillError): string {
  const reason = status === undefined && cause !== undefined ? ` (${connectionTrouble(cause)})` : '';
  return `${code}: ${message}${reason}`;
}
