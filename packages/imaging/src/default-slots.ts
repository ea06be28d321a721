import { availableParallelism } from 'node:os';

/**
 * One decode or encode more than cores: each of them leaves its core idle between its steps, and between its end and the start of the next
 * one. docs/adr/0074-one-encode-more-than-cores.md has the measurements.
 */
export const defaultSlots = (): number => availableParallelism() + 1;

/** One image for each slot, and at least two: a heavy one does not hold them all. */
export const defaultProcesses = (slots = defaultSlots()): number => Math.max(2, slots);
