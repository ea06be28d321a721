import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 250;

/** Work that runs beside other work: an error of any of it ends all of it. */
export function createSideWork() {
  const ending = new AbortController();
  const { signal } = ending;

  function watched<T>(work: Promise<T>): Promise<T> {
    work.catch((error: unknown) => ending.abort(error));
    return work;
  }
  return {
    signal,
    watched,
    /** Repeats the work until the end, with this pause in between. */
    every: (pauseMs: number, work: () => Promise<void>): Promise<void> =>
      watched(
        (async () => {
          while (!signal.aborted) {
            await work();
            await delay(pauseMs, undefined, { signal }).catch(() => {});
          }
        })(),
      ),
    /** @throws the error that ended the work */
    async until(is: () => boolean): Promise<void> {
      while (!is()) {
        signal.throwIfAborted();
        await delay(POLL_MS);
      }
    },
    end: () => ending.abort(),
  };
}
