/** `warning`: works, with less than it could; `skipped`: not tried, or not used here. */
export type Result = 'ok' | 'warning' | 'problem' | 'skipped';

/** One line of the report. */
export interface Finding {
  readonly check: string;
  readonly result: Result;
  readonly message: string;
  /** How to correct a warning or a problem. */
  readonly fix?: string;
}

/** Part of a deployment that is checked on its own. */
export interface Check {
  readonly name: string;
  /** Ends the check; at most LIMIT_MS without it. */
  readonly limitMs?: number;
  /** Throws if it cannot be done, which is a problem too. */
  run(signal: AbortSignal): Promise<readonly Outcome[]>;
}

export type Outcome = Omit<Finding, 'check'>;

export const ok = (message: string): Outcome => ({ result: 'ok', message });
export const skipped = (message: string): Outcome => ({ result: 'skipped', message });
export const warning = (message: string, fix: string): Outcome => ({ result: 'warning', message, fix });
export const problem = (message: string, fix: string): Outcome => ({ result: 'problem', message, fix });
