import { z } from 'zod';
import { tenantWeights } from './turns/tenant-weights.ts';

/** The environment variables of every process that reaches the queue. */
export const queueEnv = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' })
    .describe('Redis 6.2 or newer with maxmemory-policy noeviction'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 lower-case letters, digits and hyphens')
    .default('imagemill')
    .describe('prefix of every key in Redis'),
};

/** The environment variables of processes that start jobs in turns by tenant. All of them need the same. */
export const turnsEnv = {
  TENANT_WEIGHTS: tenantWeights
    .prefault('')
    .describe('shares of render time by tenant, such as `acme=4,other=0.5`; 1 for all others'),
};
