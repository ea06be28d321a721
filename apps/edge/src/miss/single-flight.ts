export interface Flight {
  /** Aborted when the time limit is over, or when no caller waits any more and the work is not committed. */
  readonly signal: AbortSignal;
  /** From now on, the work continues even without a waiting caller: its result is stored. */
  commit(): void;
}

interface FlightResult<T> {
  readonly result: T;
  /** Whether another caller started the work. */
  readonly joined: boolean;
}

/**
 * Runs the same work once, for all callers that ask while it runs.
 *
 * There is no limit of flights: each has a request that waits for it, or is committed. Their work has limits of its own.
 *
 * @throws the reason of the caller's signal
 */
export type SingleFlight<T> = (
  key: string,
  signal: AbortSignal,
  work: (flight: Flight) => Promise<T>,
) => Promise<FlightResult<T>>;

export interface FlightLimits {
  readonly timeoutMs: number;
  /** The error of a flight that exceeds its time. */
  readonly timeoutError: () => Error;
}

interface Shared<T> {
  readonly result: Promise<T>;
  waiting: number;
  leave(reason: unknown): void;
}

export function createSingleFlight<T>({ timeoutMs, timeoutError }: FlightLimits): SingleFlight<T> {
  const flights = new Map<string, Shared<T>>();

  function start(key: string, work: (flight: Flight) => Promise<T>): Shared<T> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(timeoutError()), timeoutMs);
    let isCommitted = false;
    const flight: Flight = { signal: ending.signal, commit: () => (isCommitted = true) };
    const run = async () => work(flight);
    const result = endedBy(ending.signal, run()).finally(() => {
      clearTimeout(timer);
      if (flights.get(key) === shared) flights.delete(key);
    });
    const shared: Shared<T> = {
      result,
      waiting: 0,
      leave(reason) {
        shared.waiting -= 1;
        if (shared.waiting > 0 || isCommitted) return;
        // A new caller starts anew instead of joining a flight that ends.
        flights.delete(key);
        ending.abort(reason);
      },
    };
    result.catch(() => {});
    flights.set(key, shared);
    return shared;
  }

  return async (key, signal, work) => {
    signal.throwIfAborted();
    const existing = flights.get(key);
    const shared = existing ?? start(key, work);
    shared.waiting += 1;
    const leave = () => shared.leave(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return { result: await endedBy(signal, shared.result), joined: existing !== undefined };
    } finally {
      signal.removeEventListener('abort', leave);
    }
  };
}

/** Settles with the work, or with the signal's reason as soon as it is aborted. */
async function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
