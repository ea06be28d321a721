import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Polled<T> {
  readonly value: T | undefined;
  /** What went wrong last; undefined again after the next success. */
  readonly trouble: string | undefined;
  readonly refresh: () => void;
}

/**
 * Asks again and again while the page can be seen, never twice at once. The last value stays while there is trouble.
 *
 * @param ask must stay the same function as long as the question is the same
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
    const tick = async () => {
      clearTimeout(timer);
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
          (error: Error) => {
            if (!ended.signal.aborted) setTrouble(error.message);
          },
        );
      }
      asking = false;
      if (!ended.signal.aborted) timer = setTimeout(tick, askAgain ? 0 : everyMs);
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
