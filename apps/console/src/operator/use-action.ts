import { messageFor } from '@imagemill/client/messages';
import { useState } from 'preact/hooks';
import { announce } from '../ui/announcer.tsx';

/** Runs the action of a button, one at a time, and announces its result. */
export function useAction(afterwards: () => void) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const run = async (act: () => Promise<string>) => {
    setBusy(true);
    setTrouble(undefined);
    try {
      announce(await act());
    } catch (error) {
      setTrouble(messageFor(error));
    } finally {
      setBusy(false);
      afterwards();
    }
  };
  return { busy, trouble, run };
}
