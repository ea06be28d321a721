import type { Layer, MissingLayer } from '../sandbox/layers.ts';
import type { EndReason } from './engine-process.ts';

/** The layers around every process; once, when the first one has started. */
export interface SandboxEvent {
  readonly is: 'sandbox';
  readonly active: readonly Layer[];
  readonly missing: readonly MissingLayer[];
}

/** For logs and metrics. */
export type PoolEvent =
  | SandboxEvent
  | { readonly is: 'started'; readonly pid: number }
  | { readonly is: 'ended'; readonly pid: number; readonly reason: EndReason }
  | { readonly is: 'start-failed'; readonly error: unknown }
  /** A line that a process wrote to standard error. */
  | { readonly is: 'log'; readonly pid: number; readonly line: string };
