import { useState } from 'preact/hooks';
import { announce } from '../ui/announcer.tsx';

/** Runs what a button does, one at a time, and says how it went. */
export function useAction(afterwards: () => void) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const run = async (act: () => Promise<string>) => {
    setBusy(true);
    setTrouble(undefined);
    try {
      announce(await act());
    } catch (error) {
      setTrouble((error as Error).message);
    } finally {
      setBusy(false);
      afterwards();
    }
  };
  return { busy, trouble, run };
}
