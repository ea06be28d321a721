import { RejectedImageError } from '../errors.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import { type EngineProcess, ProcessDiedError } from './engine-process.ts';
import type { Roster } from './roster.ts';
import type { ImageBudget, ImageWatch } from './watch-images.ts';

export interface RunContext {
  readonly admission: Pick<Admission, 'enter'>;
  readonly roster: Pick<Roster, 'giveBack'>;
  readonly watch: ImageWatch;
}

export interface RunWork {
  readonly budget: ImageBudget;
  /** Brings a process to the state that the work needs, each time that the image gets a process. */
  readonly prepare?: (process: EngineProcess) => Promise<unknown>;
}

export interface RunOptions extends Omit<AdmissionRequest, 'fresh' | 'signal'>, RunWork {}

/** One image and the process that it holds, from the first work to `end`. */
export interface ImageRun {
  /**
   * Does a part of the work. If the process dies, the image gets a fresh process, once.
   *
   * @param signal ends the run
   * @throws the signal's reason when aborted; RejectedImageError `crashed-decoder`, `timeout`, `too-complex`; TookTooLongError;
   *   EngineBusyError; errors of the work
   */
  do<T>(work: (process: EngineProcess) => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Goes on in the same process with other work for the image, whose budget counts from now on. */
  goOn(work: RunWork): void;
  /** Stops all work for the image and frees its process. */
  end(): void;
}

interface Lease {
  readonly process: EngineProcess;
  readonly prepared: Promise<unknown>;
  /** The same process for other work. Instead of `end`. */
  goOn(): Lease;
  end(): void;
}

/** The image has ended two processes, the second of which had no other image. */
const DEATHS_MAX = 2;
/** How long work may go on after it was stopped. A process that is still busy then is killed; a new one takes 0.25 s of CPU. */
const STOP_MS = 50;

export function createImageRun(context: RunContext, options: RunOptions): ImageRun {
  const ending = new AbortController();
  let { budget, prepare }: RunWork = options;
  let current: Promise<Lease> | undefined;
  let deaths = 0;

  async function enter(): Promise<Lease> {
    const request = { ...options, fresh: deaths > 0, signal: ending.signal };
    const { process, leave } = await context.admission.enter(request);
    process.begin(options.file, options.lane);
    return lease(process, leave);
  }

  function lease(process: EngineProcess, leave: () => void): Lease {
    const unwatch = context.watch.watch(process, budget);
    const prepared = prepare?.(process) ?? Promise.resolve();
    // It is awaited by the work, which may have been aborted.
    prepared.catch(() => {});
    return {
      process,
      prepared,
      goOn() {
        unwatch();
        return lease(process, leave);
      },
      end: once(() => {
        void freeProcess(context, process).finally(() => {
          unwatch();
          leave();
        });
      }),
    };
  }

  async function attempt<T>(work: (process: EngineProcess) => Promise<T>): Promise<T> {
    ending.signal.throwIfAborted();
    current ??= enter();
    const held = current;
    const lease = await held;
    try {
      await lease.prepared;
      return await work(lease.process);
    } catch (error) {
      if (!(error instanceof ProcessDiedError)) throw error;
      // Other work in the same process has died with it.
      if (current === held) {
        lease.end();
        current = undefined;
        deaths += 1;
      }
      if (deaths >= DEATHS_MAX) throw new RejectedImageError('crashed-decoder', error);
      return attempt(work);
    }
  }

  function end(): void {
    ending.abort(new Error('The work for this image has ended.'));
    void current?.then(
      (lease) => lease.end(),
      () => {},
    );
  }

  return {
    do: (work, signal) => unlessAborted(() => attempt(work), signal, end),
    goOn(work) {
      ({ budget, prepare } = work);
      current = current?.then((lease) => lease.goOn());
    },
    end,
  };
}

async function unlessAborted<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Promise<T> {
  signal?.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    reject(signal?.reason);
    onAbort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function freeProcess({ roster }: RunContext, process: EngineProcess): Promise<void> {
  const stop = () => process.kill('aborted', new Error('The work for this image was stopped.'));
  const tooLate = process.isWorking() ? setTimeout(stop, STOP_MS) : undefined;
  try {
    await process.drop();
    await roster.giveBack(process);
  } catch {
    // It has ended. The roster replaces it.
  } finally {
    clearTimeout(tooLate);
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
