import { EngineBusyError } from '../errors.ts';
import type { EngineProcess } from './engine-process.ts';
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

interface Admitted {
  readonly process: EngineProcess;
  /** Returns what was counted for the image. The process itself goes back to the roster. */
  leave(): void;
}

/** Decides which image gets which process: first come, first served, except that heavy images hold only a part of the processes. */
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

export interface AdmissionOptions {
  readonly roster: Pick<Roster, 'idle' | 'size' | 'take' | 'grow'>;
  /** Heavy images at once. */
  readonly heavyMax: number;
  /** Charged to all heavy images together at most. */
  readonly heavyBytesMax: number;
  readonly waitingMax: number;
}

export function createAdmission({ roster, heavyMax, heavyBytesMax, waitingMax }: AdmissionOptions): Admission {
  let waiting: readonly Waiting[] = [];
  const heavy = { images: 0, bytes: 0 };

  const mustWait = ({ lane, chargedBytes }: AdmissionRequest) =>
    lane === 'heavy' && heavy.images > 0 && (heavy.images >= heavyMax || heavy.bytes + chargedBytes > heavyBytesMax);

  function processFor({ fresh, file }: AdmissionRequest): EngineProcess | undefined {
    // The process that ended is replaced by one without an image.
    if (fresh) return roster.idle.find(({ images }) => images === 0);
    if (roster.idle.length === 0) roster.grow();
    return roster.idle.find((process) => process.holds(file)) ?? roster.idle[0];
  }

  function admit(): void {
    for (const next of waiting) {
      const process = mustWait(next.request) ? undefined : processFor(next.request);
      if (!process) continue;
      waiting = waiting.filter((other) => other !== next);
      roster.take(process);
      next.resolve({ process, leave: count(next.request) });
    }
  }

  function count({ lane, chargedBytes }: AdmissionRequest): () => void {
    if (lane === 'light') return () => {};
    heavy.images += 1;
    heavy.bytes += chargedBytes;
    return () => {
      heavy.images -= 1;
      heavy.bytes -= chargedBytes;
      admit();
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
