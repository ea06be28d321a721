/**
 * Heavy images take long or need much memory. They hold at most half of the processes, at a lower priority. Light images keep the other
 * half, and all of their slots. Each lane has memory of its own: images wait for that of their lane only. A heavy image that needs
 * more than its lane has runs without other heavy ones and borrows from the light lane: `memory-shares.ts`. A light image that turns out to need
 * more memory or CPU than light ones may use has a second try as a heavy one: `image-run.ts`.
 */
export type Lane = 'light' | 'heavy';
