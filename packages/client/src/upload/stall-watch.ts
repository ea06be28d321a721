/** A slow connection is fine; a silent one fails. */
const SILENCE_MS = 60_000;

export interface StallWatch {
  /** Aborted with the caller's signal, or with a `TimeoutError` after a minute without progress. */
  readonly signal: AbortSignal;
  /** Restarts the minute, unless the watch has ended: the stream of an aborted upload still reports what it reads. */
  progress(): void;
  end(): void;
}

export function createStallWatch(outer?: AbortSignal): StallWatch {
  const stalled = new AbortController();
  const stop = () => stalled.abort(new DOMException('Nothing was sent for a minute.', 'TimeoutError'));
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(stop, SILENCE_MS);
  return {
    signal: outer ? AbortSignal.any([outer, stalled.signal]) : stalled.signal,
    progress() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
