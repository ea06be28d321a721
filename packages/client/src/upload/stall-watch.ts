/** A slow connection is fine; a silent one fails. */
const SILENCE_MS = 60_000;

export interface StallWatch {
  /** Aborted with the caller's signal, or with a `TimeoutError` after a minute without progress. */
  readonly signal: AbortSignal;
  /** Restarts the minute. */
  progress(): void;
  end(): void;
}

export function createStallWatch(outer?: AbortSignal): StallWatch {
  const stalled = new AbortController();
  const stop = () => stalled.abort(new DOMException('Nothing was sent for a minute.', 'TimeoutError'));
  let timer = setTimeout(stop, SILENCE_MS);
  return {
    signal: outer ? AbortSignal.any([outer, stalled.signal]) : stalled.signal,
    progress() {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
    },
    end: () => clearTimeout(timer),
  };
}
