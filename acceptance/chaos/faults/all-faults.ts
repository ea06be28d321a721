import type { Fault } from '../fault.ts';
import { apiKill } from './api-kill.ts';
import { duplicates } from './duplicates.ts';
import { edgeKill, edgePaused, edgeStorageFaults } from './edge-faults.ts';
import { hostile } from './hostile/hostile.ts';
import { moderation } from './moderation/moderation.ts';
import { redisOutage, storageOutage } from './outages.ts';
import { pausedWorker } from './paused-worker.ts';
import { poison } from './poison/poison.ts';
import { redisFailover } from './redis-failover.ts';
import { redisKill } from './redis-kill.ts';
import { redisPowerLoss, redisTruncatedAof } from './redis-losses.ts';
import { redisWipe } from './redis-wipe.ts';
import { storageFaults } from './storage-faults.ts';
import { workerKill } from './worker-kill.ts';
import { workerTerm } from './worker-term.ts';

/** In the order of execution and in the report. */
export const allFaults: readonly Fault[] = [
  workerKill,
  workerTerm,
  pausedWorker,
  poison,
  apiKill,
  redisKill,
  redisWipe,
  redisPowerLoss,
  redisTruncatedAof,
  redisFailover,
  storageFaults,
  storageOutage,
  redisOutage,
  duplicates,
  edgeKill,
  edgePaused,
  edgeStorageFaults,
  moderation,
  hostile,
];
