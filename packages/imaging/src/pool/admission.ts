import { EngineBusyError } from '../errors.ts';
import type { EngineProcess } from './engine-process.ts';
import { createLaneCounts, type LaneLimits } from './lane-counts.ts';
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
 * Decides which image gets which process: first come, first served in each lane. Heavy images hold only a part of the processes. An image that
 * waits for the memory of its lane is not overtaken by later ones of its lane, or it could wait for ever, unless these need none.
 */
export interface Admission {
  /** @throws the signal's reason when aborted; EngineBusyError if too many wait; the reason of `close` */
  enter(request: AdmissionRequest): Promise<Admitted>;
  /** Call it when a process is idle. */
  admit(): void;
  /** Ends all waits. */
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

  function processFor({ fresh, file }: AdmissionRequest): EngineProcess | undefined {
    // The process that ended is replaced by one without an image.
    if (fresh) return roster.idle.find(({ images }) => images === 0);
    if (roster.idle.length === 0) roster.grow();
    return roster.idle.find((process) => process.holds(file)) ?? roster.idle[0];
  }

  function admit(): void {
    const mustWait = { light: false, heavy: false };
    for (const next of waiting) {
      const { lane, chargedBytes } = next.request;
      const isFirst = chargedBytes === 0 || !mustWait[lane];
      if (!isFirst || lanes.mustWait(next.request)) {
        mustWait[lane] = true;
        continue;
      }
      const process = processFor(next.request);
      if (!process) continue;
      waiting = waiting.filter((other) => other !== next);
      roster.take(process);
      next.resolve({ process, ...counted(next.request) });
    }
  }

  function counted(grant: Grant): Omit<Admitted, 'process'> {
    const image = lanes.count(grant);
    return {
      recharge(bytes) {
        const wouldOvertake = waiting.some(({ request }) => request.lane === grant.lane && request.chargedBytes > 0);
        return (bytes === 0 || !wouldOvertake) && image.recharge(bytes);
      },
      leave() {
        image.leave();
        admit();
      },
    };
  }

  return {
    admit,
    async enter(request) {
      const { signal } = request;
      signal?.throwIfAborted();
      if (waiting.length >= waitingMax) throw new EngineBusyError();
      const { promise, resolve, reject } = Promise.withResolvers<Admitted>();
      const place: Waiting = { request, resolve, reject };
      const abort = () => {
        waiting = waiting.filter((other) => other !== place);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      waiting = request.fresh ? [place, ...waiting] : [...waiting, place];
      admit();
      return promise.finally(() => signal?.removeEventListener('abort', abort));
    },
    close(reason) {
      for (const { reject } of waiting) reject(reason);
      waiting = [];
    },
  };
}
