/** Waits for one of a limited number of places, runs the work in it, and frees it. */
export type Slot = <T>(work: () => Promise<T>) => Promise<T>;
