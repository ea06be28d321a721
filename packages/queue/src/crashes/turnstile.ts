interface Waiting {
  readonly alone: boolean;
  enter(): void;
}

/** A fair lock: many shared holders at once, or one exclusive holder (`alone`). A waiting exclusive holder is not overtaken. */
export interface Turnstile {
  /**
   * Waits for its turn.
   *
   * @param signal aborts the wait; its reason is thrown
   * @returns the function that releases the lock; undefined at once if `alone` is set and another holder is alone or waits for it
   */
  enter(options: { alone: boolean; signal: AbortSignal }): Promise<(() => void) | undefined>;
}

export function createTurnstile(): Turnstile {
  let waiting: readonly Waiting[] = [];
  let inside = 0;
  let heldAlone = false;

  function admit(): void {
    for (const next of waiting) {
      if (heldAlone || (next.alone && inside > 0)) return;
      waiting = waiting.slice(1);
      inside += 1;
      heldAlone = next.alone;
      next.enter();
    }
  }

  function leave(): void {
    inside -= 1;
    heldAlone = false;
    admit();
  }

  return {
    async enter({ alone, signal }) {
      signal.throwIfAborted();
      if (alone && (heldAlone || waiting.some((other) => other.alone))) return undefined;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const place: Waiting = { alone, enter: resolve };
      const abort = () => {
        waiting = waiting.filter((other) => other !== place);
        reject(signal.reason);
        admit();
      };
      signal.addEventListener('abort', abort, { once: true });
      waiting = [...waiting, place];
      admit();
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', abort);
      }
      return leave;
    },
  };
}
