interface Waiting {
  readonly alone: boolean;
  enter(): void;
}

/** Lets many in at once, or one alone. Strictly in turn: whoever waits to be alone is not overtaken. */
export interface Turnstile {
  /**
   * Waits for its turn. Only one at a time is alone, or waits to be: another is told so at once.
   *
   * @param signal gives the place in the queue up; its reason is thrown then
   * @returns what must be called to leave; undefined for who wants to be alone while another is, or waits to be
   */
  enter(options: { alone: boolean; signal: AbortSignal }): Promise<(() => void) | undefined>;
}

export function createTurnstile(): Turnstile {
  let waiting: readonly Waiting[] = [];
  let inside = 0;
  let takenAlone = false;

  function admit(): void {
    for (const next of waiting) {
      if (takenAlone || (next.alone && inside > 0)) return;
      waiting = waiting.slice(1);
      inside += 1;
      takenAlone = next.alone;
      next.enter();
    }
  }

  function leave(): void {
    inside -= 1;
    takenAlone = false;
    admit();
  }

  return {
    async enter({ alone, signal }) {
      signal.throwIfAborted();
      if (alone && (takenAlone || waiting.some((other) => other.alone))) return undefined;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const place: Waiting = { alone, enter: resolve };
      const giveUp = () => {
        waiting = waiting.filter((other) => other !== place);
        reject(signal.reason);
        admit();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting = [...waiting, place];
      admit();
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
      return leave;
    },
  };
}
