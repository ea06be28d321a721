import { RejectedImageError } from '../errors.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import {
  type EngineProcess,
  LightCpuExceededError,
  MemoryExceededError,
  OutgrownError,
  ProcessDiedError,
} from './engine-process.ts';
import type { Grant } from './lanes.ts';
import { createLease, type Lease, type LeaseContext, type LeaseMemory, type LeaseWork } from './lease.ts';
import type { ImageMemory } from './memory-shares.ts';
import { overBudget } from './watch-images.ts';

export interface RunContext extends LeaseContext {
  readonly admission: Pick<Admission, 'enter'>;
  readonly memory: Pick<ImageMemory, 'limitOf'>;
}

export interface RunWork extends LeaseWork {
  /** For a second try, if the image needs more than it was admitted with. Without it, one that needs more memory is rejected. */
  readonly most?: Grant;
  /** CPU after which a light image is admitted again as a heavy one, if `most` is that; its whole budget if not given. */
  readonly lightCpuMs?: number;
  /** Called before the image waits as a heavy one, at once or for that try. What it throws ends the work. */
  readonly onHeavy?: (() => void) | undefined;
}

export interface RunOptions extends Omit<AdmissionRequest, 'fresh' | 'signal'>, RunWork {}

/** One image and the process that it holds, from the first work to `end`. */
export interface ImageRun {
  /**
   * Does a part of the work. If the process dies, the image gets a fresh process, once. If the image needs more memory than it was
   * admitted with, it is admitted again with the most that one image may use; if it needs more CPU than a light one may use, as a heavy one.
   *
   * @param signal ends the run
   * @throws the signal's reason when aborted; RejectedImageError `crashed-decoder`, `timeout`, `too-complex`; TookTooLongError;
   *   EngineBusyError; errors of the work and of its `onHeavy`
   */
  do<T>(work: (process: EngineProcess) => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Goes on with other work for the image, whose budget counts from now on: in the same process, unless it must wait for its memory. */
  goOn(work: RunWork, memory: Grant): void;
  /** Stops all work for the image and frees its process. */
  end(): void;
}

/** The image has ended two processes, the second of which had no other image. */
const DEATHS_MAX = 2;

export function createImageRun(context: RunContext, options: RunOptions): ImageRun {
  const ending = new AbortController();
  const tries = createTries(options);
  let work: RunWork = options;
  let current: Promise<Lease> | undefined;

  async function enter(): Promise<Lease> {
    const { granted, fresh } = tries;
    const request = { ...options, ...granted, fresh, signal: ending.signal };
    const admitted = await context.admission.enter(request);
    admitted.process.begin(options.file, granted.lane, admitted.isAwaited);
    return createLease(context, { admitted, work: leaseWork(work, granted), memory: memoryOf(granted) });
  }

  const memoryOf = ({ chargedBytes }: Grant): LeaseMemory => ({
    chargedBytes,
    limitBytes: context.memory.limitOf(chargedBytes),
  });

  async function goOn(lease: Lease): Promise<Lease> {
    const next = lease.goOn(leaseWork(work, tries.granted), memoryOf(tries.granted));
    if (!next) lease.end();
    return next ?? enter();
  }

  async function attempt<T>(part: (process: EngineProcess) => Promise<T>): Promise<T> {
    ending.signal.throwIfAborted();
    current ??= enter();
    const held = current;
    const lease = await held;
    try {
      await lease.prepared;
      return await part(lease.process);
    } catch (error) {
      if (!(error instanceof ProcessDiedError || error instanceof OutgrownError)) throw error;
      // Other work in the same process has died with it.
      if (current === held) {
        lease.end();
        current = undefined;
        tries.lost(error, work);
      }
      tries.throwIfOver();
      return attempt(part);
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
    do: (part, signal) => unlessAborted(() => attempt(part), signal, end),
    goOn(next, memory) {
      work = next;
      tries.grant(memory);
      current = current?.then(goOn);
    },
    end,
  };
}

function leaseWork(work: RunWork, granted: Grant): LeaseWork {
  const { budget, most, lightCpuMs = budget.cpuMs } = work;
  if (granted.lane === 'heavy' || most?.lane !== 'heavy' || lightCpuMs >= budget.cpuMs) return work;
  return {
    ...work,
    budget: { ...budget, cpuMs: lightCpuMs },
    end: (limit) => (limit === 'cpu' ? ['cpu', new LightCpuExceededError()] : overBudget(limit)),
  };
}

/** How often an image may end its process. */
function createTries(first: Grant) {
  let granted = first;
  let deaths = 0;
  let end: { readonly error: unknown } | undefined;

  function grantMost(exceeded: MemoryExceededError, { most, onHeavy }: RunWork): void {
    if (!most || most.chargedBytes <= granted.chargedBytes) throw new RejectedImageError('too-complex', exceeded);
    onHeavy?.();
    granted = most;
  }

  function becomeHeavy({ onHeavy }: RunWork): void {
    onHeavy?.();
    granted = { ...granted, lane: 'heavy' };
  }

  return {
    get granted() {
      return granted;
    },
    grant(next: Grant): void {
      granted = next;
    },
    /** Whether the next process must be one without an earlier image. */
    get fresh() {
      return deaths > 0;
    },
    /** Call it once for each process. */
    lost(error: ProcessDiedError | OutgrownError, work: RunWork): void {
      try {
        if (error instanceof MemoryExceededError) grantMost(error, work);
        else if (error instanceof LightCpuExceededError) becomeHeavy(work);
        else deaths += 1;
        if (deaths >= DEATHS_MAX) throw new RejectedImageError('crashed-decoder', error);
      } catch (reason) {
        end = { error: reason };
      }
    },
    /** @throws RejectedImageError; what `onHeavy` has thrown */
    throwIfOver(): void {
      if (end) throw end.error;
    },
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
