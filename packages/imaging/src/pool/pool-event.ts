import type { EndReason } from './engine-process.ts';

/** For logs and metrics. */
export type PoolEvent =
  | { readonly is: 'started'; readonly pid: number }
  | { readonly is: 'ended'; readonly pid: number; readonly reason: EndReason }
  | { readonly is: 'start-failed'; readonly error: unknown }
  /** A line that a process wrote to standard error. */
  | { readonly is: 'log'; readonly pid: number; readonly line: string };
