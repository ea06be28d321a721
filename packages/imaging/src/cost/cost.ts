/** What an image is predicted to take in one engine process, with all its renditions. */
export interface Cost {
  /** CPU of all threads. */
  readonly cpuMs: number;
  /** Peak of resident memory above that of an idle process; includes the file. */
  readonly memoryBytes: number;
  /** A lower bound of `memoryBytes`: what the decoder holds of the whole source. */
  readonly heldBytes: number;
}
