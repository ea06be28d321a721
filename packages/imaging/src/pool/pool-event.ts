import type { Layer } from '../sandbox/probe-sandbox.ts';
import type { EndReason } from './engine-process.ts';

/** For logs and metrics. */
export type PoolEvent =
  /** The first event. */
  | { readonly is: 'sandbox'; readonly active: readonly Layer[]; readonly missing: readonly Layer[] }
  | { readonly is: 'started'; readonly pid: number }
  | { readonly is: 'ended'; readonly pid: number; readonly reason: EndReason }
  | { readonly is: 'start-failed'; readonly error: unknown }
  /** A line that a process wrote to standard error. */
  | { readonly is: 'log'; readonly pid: number; readonly line: string };
