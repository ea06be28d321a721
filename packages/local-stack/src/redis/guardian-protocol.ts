/** What the guardian is asked to run; passed as JSON in its argument. */
export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Receives both output streams. */
  readonly logFile: string;
  /** How long the program may take to end by itself before it is killed. */
  readonly killAfterMs: number;
  /** Run when the program has ended, however it ended. */
  readonly afterwards?: readonly [command: string, ...args: string[]];
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type GuardianReport =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'failed'; readonly message: string }
  | ({ readonly kind: 'exited' } & ProcessExit);

export type GuardianOrder = 'stop';
