import { EngineBusyError } from '../errors.ts';
import type { EngineProcess } from './engine-process.ts';
import { createLaneCounts, type LaneCounts, type LaneLimits } from './lane-counts.ts';
import { createLanePass } from './lane-pass.ts';
import type { Grant } from './lanes.ts';
import type { Roster } from './roster.ts';

/** What an image asks for before it gets a process. */
export interface AdmissionRequest extends Grant {
  /** Asks for a process that has had no other image: the last one died with this one. Goes first. */
  readonly fresh: boolean;
  /** A process that still has this file is preferred. */
  readonly file: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

export interface Admitted {
  readonly process: EngineProcess;
  /** Whether light images may wait for the memory that it has borrowed. */
  readonly isAwaited: boolean;
  /**
   * Charges a light image for other memory than it was admitted with.
   *
   * @returns false, and changes nothing, if it must wait for that: there is not enough, or others wait already
   */
  recharge(chargedBytes: number): boolean;
  /** Returns what was counted for the image. The process itself goes back to the roster. */
  leave(): void;
}

/**
 * Decides which image gets which process: first come, first served in each lane (`lane-pass.ts`). Heavy images hold only a part of the
 * processes. After an image that has borrowed from the light lane, the images that wait go before another one like it: no light image waits
 * for more than one.
 */
export interface Admission {
  /** @throws the signal's reason when aborted; EngineBusyError if too many wait; the reason of `close` */
  enter(request: AdmissionRequest): Promise<Admitted>;
  /** Call it when a process is idle. */
  admit(): void;
  /** Ends all waits, also of images that come later. */
  close(reason: Error): void;
}

interface Waiting {
  readonly request: AdmissionRequest;
  resolve(admitted: Admitted): void;
  reject(reason: unknown): void;
}

export interface AdmissionOptions extends LaneLimits {
  readonly roster: Pick<Roster, 'idle' | 'size' | 'take' | 'grow'>;
  readonly waitingMax: number;
}

export function createAdmission({ roster, waitingMax, ...limits }: AdmissionOptions): Admission {
  let waiting: readonly Waiting[] = [];
  const lanes = createLaneCounts(limits);
  /** Whether a heavy image waits for light ones to return what it will borrow. */
  let isLoanDue = false;
  let closed: Error | undefined;

  function processFor({ fresh, file }: AdmissionRequest): EngineProcess | undefined {
    // The process that ended is replaced by one without an image.
    if (fresh) return roster.idle.find(({ images }) => images === 0);
    if (roster.idle.length === 0) roster.grow();
    // Of the others, the last one that worked: it is in the caches of the cores.
    return roster.idle.find((process) => process.holds(file)) ?? roster.idle.at(-1);
  }

  function admit(): void {
    const pass = createLanePass(lanes);
    for (const next of waiting) {
      const process = pass.mayStart(next.request) && processFor(next.request);
      if (!process) continue;
      waiting = waiting.filter((other) => other !== next);
      roster.take(process);
      next.resolve({ process, ...counted(next.request) });
    }
    isLoanDue = pass.isLoanDue;
  }

  function counted(grant: Grant): Omit<Admitted, 'process'> {
    const image = lanes.count(grant);
    const isAwaited = lanes.borrows(grant);
    return {
      isAwaited,
      recharge(bytes) {
        const wouldOvertake =
          isLoanDue || waiting.some(({ request }) => request.lane === grant.lane && request.chargedBytes > 0);
        return (bytes === 0 || !wouldOvertake) && image.recharge(bytes);
      },
      leave() {
        image.leave();
        if (isAwaited) waiting = borrowersLast(waiting, lanes);
        admit();
      },
    };
  }

  return {
    admit,
    async enter(request) {
      const { signal } = request;
      signal?.throwIfAborted();
      if (closed || waiting.length >= waitingMax) throw closed ?? new EngineBusyError();
      const { promise, resolve, reject } = Promise.withResolvers<Admitted>();
      const place: Waiting = { request, resolve, reject };
      const abort = () => {
        waiting = waiting.filter((other) => other !== place);
        reject(signal?.reason);
        admit();
      };
      signal?.addEventListener('abort', abort, { once: true });
      waiting = request.fresh ? [place, ...waiting] : [...waiting, place];
      admit();
      return promise.finally(() => signal?.removeEventListener('abort', abort));
    },
    close(reason) {
      closed = reason;
      for (const { reject } of waiting) reject(reason);
      waiting = [];
    },
  };
}

/** Images that borrow from the light lane go last. */
const borrowersLast = (waiting: readonly Waiting[], { borrows }: Pick<LaneCounts, 'borrows'>) =>
  waiting.toSorted((a, b) => Number(borrows(a.request)) - Number(borrows(b.request)));
