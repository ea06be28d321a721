import { z } from 'zod';
import { tenantWeights } from './turns/tenant-weights.ts';

/** Hosts with ports, separated by commas; IPv6 addresses in brackets. The port is 26379 if it is not given. */
const sentinels = z.string().transform((text, context) => {
  const addresses = text.split(',').map((item) => {
    const url = /^[\w.:[\]-]+$/.test(item.trim()) && URL.parse(`redis://${item.trim()}`);
    return url && url.hostname !== ''
      ? { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 26_379) }
      : undefined;
  });
  const valid = addresses.filter((address) => address !== undefined);
  if (valid.length === addresses.length) return valid;
  context.addIssue('must be hosts with ports, separated by commas');
  return z.NEVER;
});

/** The environment variables of every process that reaches the queue. */
export const queueEnv = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' })
    .describe(
      'Redis 6.2 or newer with maxmemory-policy noeviction; with REDIS_SENTINELS its credentials, database and TLS apply, and its host does not',
    ),
  REDIS_SENTINELS: sentinels
    .optional()
    .describe('sentinels that name the primary, such as `10.0.0.1:26379,10.0.0.2:26379`; a single address if not set'),
  REDIS_SENTINEL_NAME: z.string().min(1).default('mymaster').describe('name of the primary in the sentinels'),
  REDIS_SENTINEL_USERNAME: z.string().optional().describe('ACL user of the sentinels'),
  REDIS_SENTINEL_PASSWORD: z.string().optional().describe('password of the sentinels'),
  REDIS_SENTINEL_TLS: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .prefault('false')
    .describe('connects to the sentinels with TLS; the scheme of REDIS_URL decides for Redis itself'),
  REDIS_CA_FILE: z
    .string()
    .optional()
    .describe(
      'PEM file of the authority that signed the certificates of Redis and its sentinels; the public ones if not set',
    ),
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
