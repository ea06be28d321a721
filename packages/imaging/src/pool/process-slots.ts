import { SLOT_OF_CALL } from '../channel/slot-of-call.ts';
import type { Lane } from './lane.ts';
import type { Slots, SlotTicket } from './slots.ts';

/** The slots of one process, under the numbers that it gave them. */
export interface ProcessSlots {
  /** Slots that it has or waits for. */
  readonly size: number;
  /** @throws Error for a number in use, or if there are too many */
  want(slot: number, lane: Lane): void;
  /**
   * Takes a slot that is free now, as `SLOT_OF_CALL`, for work that a call begins: the process need not ask for it.
   *
   * @returns false if none is free, or the process has this one already
   */
  takeFree(lane: Lane): boolean;
  leave(slot: number): void;
  leaveAll(): void;
}

/** More than the largest variant set has entries: only a process that was taken over asks for more. */
const SLOTS_MAX = 1_000;

/** @param grant is called once for each slot that was not left before */
export function createProcessSlots(slots: Slots, grant: (slot: number) => void): ProcessSlots {
  const tickets = new Map<number, SlotTicket>();
  return {
    get size() {
      return tickets.size;
    },
    want(slot, lane) {
      if (tickets.size >= SLOTS_MAX || tickets.has(slot)) throw new Error(`Slot ${slot} cannot be requested.`);
      tickets.set(
        slot,
        slots.request(lane, () => grant(slot)),
      );
    },
    takeFree(lane) {
      if (tickets.has(SLOT_OF_CALL)) return false;
      let isGranted = false;
      const ticket = slots.request(lane, () => (isGranted = true));
      if (isGranted) tickets.set(SLOT_OF_CALL, ticket);
      else ticket.leave();
      return isGranted;
    },
    leave(slot) {
      tickets.get(slot)?.leave();
      tickets.delete(slot);
    },
    leaveAll() {
      for (const ticket of tickets.values()) ticket.leave();
      tickets.clear();
    },
  };
}
