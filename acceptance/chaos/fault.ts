import type { Load } from './load/load.ts';
import type { Random } from './random.ts';
import type { FaultReport } from './report/fault-report.ts';
import type { ChaosStack, ChaosStackOptions } from './stack/chaos-stack.ts';

export interface FaultSize {
  /** How often the fault happens, or for how many seconds, as its description says. */
  readonly rounds: number;
  /** How long everything may take, from the first process to the verdict. */
  readonly withinMs: number;
  /** Longest side of a picture, in pixels: how long a job takes. */
  readonly pictureSideMax: number;
  /** The fewest milliseconds between two uploads; workers that can't keep up slow the sellers down further. */
  readonly uploadEveryMs: number;
  /** How long after the last upload every image must have ended. */
  readonly settleWithinMs: number;
}

/** A fault while it happens: what it happens to, and the load that goes on meanwhile. */
export interface Chaos {
  readonly stack: ChaosStack;
  readonly load: Load;
  readonly random: Random;
  readonly rounds: number;
  /** Aborted when the time of the whole run is over. */
  readonly signal: AbortSignal;
  /** Notes that a process lost its jobs now; how long they take to run again is measured from here. */
  lostWorker(pid: number): void;
  /** From now on the bucket's event of an upload comes so many ms after it, once for each number. */
  deliverEvents(delaysMs: () => readonly number[]): void;
  /** A goal that was missed, in words. */
  fail(sentence: string): void;
  /** For the report: what a reader of the figures must know. */
  note(sentence: string): void;
  say(progress: string): void;
  pause(ms: number): Promise<void>;
}

export interface Fault {
  readonly name: string;
  /** What is done, in one sentence; `{rounds}` stands for the size. */
  readonly description: string;
  readonly full: FaultSize;
  readonly short: FaultSize;
  readonly stack?: ChaosStackOptions;
  /** Why it can't run here, if it can't. */
  unavailable?(): Promise<string | undefined>;
  /** Does it, under load; the load ends when this returns. */
  inject(chaos: Chaos): Promise<void>;
  /** What an operator does after it; no seller uploads any more. */
  repair?(chaos: Chaos): Promise<void>;
  /** What this fault must not do beyond what no fault may: a sentence per goal that was missed. */
  missed?(report: FaultReport): readonly string[];
}
