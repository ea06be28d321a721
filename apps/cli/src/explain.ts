/** A failure that the user can mend: its message says how, and no stack trace would help. */
export class FailureToExplain extends Error {
  override readonly name = 'FailureToExplain';
}
