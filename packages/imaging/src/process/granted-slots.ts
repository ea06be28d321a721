import type { FromEngine } from '../channel/messages.ts';
import type { Slot } from '../slot.ts';

/** Slots that the worker grants: one limit holds for the decodes and encodes of all its engine processes. */
export interface GrantedSlots {
  readonly enter: Slot;
  /** The worker has granted a slot with a call: the next work has it, and does not ask for one. */
  grantedAhead(): void;
  /** Returns that slot if no work has taken it. */
  returnAhead(): void;
  /** The worker has granted this slot. */
  granted(slot: number): void;
  /** Admits all waiting work at once, for work that ends by itself because its image was dropped. Resolves when all work has ended. */
  drain(): Promise<void>;
}

/** The number of the slot that comes with a call. */
const AHEAD = 0;

export function createGrantedSlots(send: (message: FromEngine) => void): GrantedSlots {
  const waiting = new Map<number, () => void>();
  const open = new Set<Promise<unknown>>();
  let last = AHEAD;
  let isAhead = false;

  function admit(slot: number): void {
    waiting.get(slot)?.();
    waiting.delete(slot);
  }

  async function take(): Promise<number> {
    if (isAhead) {
      isAhead = false;
      return AHEAD;
    }
    last += 1;
    const slot = last;
    await new Promise<void>((enter) => {
      waiting.set(slot, enter);
      send({ is: 'wants-slot', slot });
    });
    return slot;
  }

  async function enter<T>(work: () => Promise<T>): Promise<T> {
    const slot = await take();
    try {
      return await work();
    } finally {
      send({ is: 'leaves-slot', slot });
    }
  }

  return {
    enter(work) {
      const done = enter(work);
      const settled = done.then(
        () => {},
        () => {},
      );
      open.add(settled);
      void settled.then(() => open.delete(settled));
      return done;
    },
    grantedAhead() {
      isAhead = true;
    },
    returnAhead() {
      if (isAhead) send({ is: 'leaves-slot', slot: AHEAD });
      isAhead = false;
    },
    granted: admit,
    async drain() {
      while (open.size > 0) {
        for (const slot of waiting.keys()) admit(slot);
        await Promise.all(open);
      }
    },
  };
}
