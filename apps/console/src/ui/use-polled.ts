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
    let isWanted = false;
    let wake = () => {};
    const pause = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, isWanted ? 0 : everyMs);
      });
    /** @returns whether the key was refused */
    const askOnce = async () => {
      try {
        const answer = await ask(ended.signal);
        setValue(() => answer);
        setTrouble(undefined);
        return false;
      } catch (error) {
        if (!ended.signal.aborted) setTrouble(messageFor(error));
        return isRefusedKey(error);
      }
    };
    const poll = async () => {
      while (!ended.signal.aborted) {
        if (isWanted || !document.hidden) {
          isWanted = false;
          if (await askOnce()) return;
        }
        await pause();
      }
    };
    askNow.current = () => {
      isWanted = true;
      wake();
    };
    void poll();
    return () => {
      ended.abort();
      clearTimeout(timer);
      wake();
    };
  }, [ask, everyMs]);

  return { value, trouble, refresh: useCallback(() => askNow.current(), []) };
}
