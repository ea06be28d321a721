/** Heavy images take long or need much memory: they never hold everything that light ones wait for. */
export type Lane = 'light' | 'heavy';
