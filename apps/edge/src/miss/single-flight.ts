export interface Flight {
  /** Aborted when the time limit is over, or when no caller waits any more and the work is not committed. */
  readonly signal: AbortSignal;
  /** From now on, the work continues even without a waiting caller: its result is stored. */
  commit(): void;
  /** The opposite, for work that only waits again. It ends at once if no caller is left. */
  uncommit(): void;
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
  join(): void;
  leave(reason: unknown): void;
}

export function createSingleFlight<T>({ timeoutMs, timeoutError }: FlightLimits): SingleFlight<T> {
  const flights = new Map<string, Shared<T>>();

  /** Starts a flight, for its first caller. */
  function start(key: string, work: (flight: Flight) => Promise<T>): Shared<T> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(timeoutError()), timeoutMs);
    let [callers, isCommitted] = [1, false];
    let lastReason: unknown;

    function setCommitted(value: boolean): void {
      isCommitted = value;
      endIfAbandoned();
    }

    function endIfAbandoned(): void {
      if (callers > 0 || isCommitted) return;
      // A new caller starts anew instead of joining a flight that ends.
      remove();
      ending.abort(lastReason);
    }

    function remove(): void {
      if (flights.get(key) === shared) flights.delete(key);
    }

    const { signal } = ending;
    const flight = { signal, commit: () => setCommitted(true), uncommit: () => setCommitted(false) };
    const run = async () => work(flight);
    const result = endedBy(signal, run()).finally(() => {
      clearTimeout(timer);
      remove();
    });
    const shared: Shared<T> = {
      result,
      join() {
        callers += 1;
      },
      leave(reason) {
        callers -= 1;
        lastReason = reason;
        endIfAbandoned();
      },
    };
    result.catch(() => {});
    flights.set(key, shared);
    return shared;
  }

  return async (key, signal, work) => {
    signal.throwIfAborted();
    const existing = flights.get(key);
    existing?.join();
    const shared = existing ?? start(key, work);
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
