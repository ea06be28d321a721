import { isRefusedKey, messageFor } from '@imagemill/client/messages';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Polled<T> {
  readonly value: T | undefined;
  /** The message of the last failure; undefined again after the next success. */
  readonly trouble: string | undefined;
  readonly refresh: () => void;
}

/**
 * Polls while the page is visible, one call at a time. The last value stays while calls fail. A refused key ends it.
 *
 * @param ask a stable reference while it calls the same thing
 */
export function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>, everyMs: number): Polled<T> {
  const [value, setValue] = useState<T>();
  const [trouble, setTrouble] = useState<string>();
  const askNow = useRef<() => void>(() => {});

  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    let askAgain = false;
    let isRefused = false;
    const tick = async () => {
      clearTimeout(timer);
      if (isRefused) return;
      if (asking) {
        askAgain = true;
        return;
      }
      asking = true;
      if (!document.hidden || askAgain) {
        askAgain = false;
        await ask(ended.signal).then(
          (answer) => {
            setValue(() => answer);
            setTrouble(undefined);
          },
          (error: unknown) => {
            isRefused = isRefusedKey(error);
            if (!ended.signal.aborted) setTrouble(messageFor(error));
          },
        );
      }
      asking = false;
      if (!ended.signal.aborted && !isRefused) timer = setTimeout(tick, askAgain ? 0 : everyMs);
    };
    askNow.current = () => void tick();
    void tick();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [ask, everyMs]);

  return { value, trouble, refresh: useCallback(() => askNow.current(), []) };
}
