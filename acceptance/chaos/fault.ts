import type { Load } from './load/load.ts';
import type { Random } from './random.ts';
import type { FaultReport } from './report/fault-report.ts';
import type { ChaosStack, ChaosStackOptions } from './stack/chaos-stack.ts';

export interface FaultSize {
  /** How often the fault is injected, or for how many seconds; see its description. */
  readonly rounds: number;
  /** Time limit for the whole run, from the first process to the verdict. */
  readonly withinMs: number;
  /** Longest side of a picture, in pixels: determines the duration of a job. */
  readonly pictureSideMax: number;
  /** Minimum milliseconds between two uploads. Sellers slow down further if the workers cannot keep up. */
  readonly uploadEveryMs: number;
  /** Pictures that are generated before the load starts, where that would take CPU from what is measured; none if not given. */
  readonly preparedPictures?: number;
  /** Time limit without any progress, after the last upload, until every image has finished. */
  readonly settleWithinMs: number;
}

/** The environment of an active fault: the stack under test, and the load. */
export interface Chaos {
  readonly stack: ChaosStack;
  readonly load: Load;
  readonly random: Random;
  readonly rounds: number;
  /** Aborted when the time limit of the whole run expires. */
  readonly signal: AbortSignal;
  /** Records that a process has just lost its jobs; their recovery time is measured from here. */
  lostWorker(pid: number): void;
  /** From now on, delivers the bucket's event of each upload once per number, after that many ms. */
  deliverEvents(delaysMs: () => readonly number[]): void;
  /** Reports a missed goal as a sentence. */
  fail(sentence: string): void;
  /** Adds a note for readers of the figures to the report. */
  note(sentence: string): void;
  say(progress: string): void;
  pause(ms: number): Promise<void>;
}

export interface Fault {
  readonly name: string;
  /** The fault in one sentence; `{rounds}` is replaced by the size. */
  readonly description: string;
  readonly full: FaultSize;
  readonly short: FaultSize;
  readonly stack?: ChaosStackOptions;
  /** Sellers keep their rate also while the backlog grows; otherwise they slow down. */
  readonly keepsRate?: boolean;
  /** How often new manifests are looked for, where that would take CPU from what is measured. */
  readonly watchEveryMs?: number;
  /** The reason if the fault cannot run here. */
  unavailable?(): Promise<string | undefined>;
  /** Injects the fault under load; the load stops when this returns. */
  inject(chaos: Chaos): Promise<void>;
  /** The operator's repair afterwards; the load has stopped. */
  repair?(chaos: Chaos): Promise<void>;
  /** Additional goals of this fault: one sentence per missed goal. */
  missed?(report: FaultReport): readonly string[];
}
