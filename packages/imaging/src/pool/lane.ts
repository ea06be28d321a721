/**
 * Heavy images take long or need much memory. They hold at most half of the processes, at a lower priority. Light images keep the other
 * half, and all of their slots. Each lane has memory of its own: images wait for that of their lane only.
 */
export type Lane = 'light' | 'heavy';
