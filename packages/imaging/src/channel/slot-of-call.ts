/** The number of a slot that comes with a call (`hasSlot`). A process numbers those that it asks for from 1. */
export const SLOT_OF_CALL = 0;
