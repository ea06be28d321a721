import type { FromEngine } from '../channel/messages.ts';
import { SLOT_OF_CALL } from '../channel/slot-of-call.ts';
import type { Slot } from '../slot.ts';

/** Slots that the worker grants: one limit holds for the decodes and encodes of all its engine processes. */
export interface GrantedSlots {
  readonly enter: Slot;
  /** The worker has granted a slot with a call: the next work has it, and does not ask for one. */
  grantedWithCall(): void;
  /** Returns that slot if no work has taken it. */
  returnUnused(): void;
  /** The worker has granted this slot. */
  granted(slot: number): void;
  /** Admits all waiting work at once, for work that ends by itself because its image was dropped. Resolves when all work has ended. */
  drain(): Promise<void>;
}

export function createGrantedSlots(send: (message: FromEngine) => void): GrantedSlots {
  const waiting = new Map<number, () => void>();
  const open = new Set<Promise<unknown>>();
  let last = SLOT_OF_CALL;
  let hasSlotOfCall = false;

  function admit(slot: number): void {
    waiting.get(slot)?.();
    waiting.delete(slot);
  }

  async function take(): Promise<number> {
    if (hasSlotOfCall) {
      hasSlotOfCall = false;
      return SLOT_OF_CALL;
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
    grantedWithCall() {
      hasSlotOfCall = true;
    },
    returnUnused() {
      if (hasSlotOfCall) send({ is: 'leaves-slot', slot: SLOT_OF_CALL });
      hasSlotOfCall = false;
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
