import type { Fault } from '../fault.ts';
import { apiKill } from './api-kill.ts';
import { redisKill } from './redis-kill.ts';
import { workerKill } from './worker-kill.ts';

/** In the order in which they are run and shown. */
export const allFaults: readonly Fault[] = [workerKill, apiKill, redisKill];
