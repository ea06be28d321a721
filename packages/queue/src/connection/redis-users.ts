/** The programs that use Redis. `keys` is the command that creates and revokes API keys; `reconcile` runs as a worker. */
export const redisPrograms = ['api', 'worker', 'edge', 'keys'] as const;

export type RedisProgram = (typeof redisPrograms)[number];

/** Keys that both sides of the queue read and write. */
const shared = [
  ...['render:*', 'webhooks:*', 'purges:*', 'purge-log', 'uploaded:*', 'deleted:*', 'starts:*', 'slot-time'],
  ...['looks', 'looks:*', 'turns:*', 'images:*', 'unfinished:*', 'event-sequence', 'event-log'],
];

/** Every connection: ioredis asks for the server's state first, and start-up checks and probes for its clock. */
const CONNECT = ['@connection', 'info', 'time'];

/** Scripts run with the rights of their user. */
const QUEUE = [...CONNECT, '@read', '@write', 'eval', 'evalsha', 'multi', 'exec', 'discard'];
/** Commands that read, delete or block beyond the patterns of keys. FLUSHALL, KEYS and CLIENT LIST are in `@dangerous`. */
const NOT_QUEUE = ['@dangerous', '@scripting', 'scan', 'randomkey', 'dbsize'];

interface Rights {
  readonly allowed: readonly string[];
  readonly denied?: readonly string[];
  readonly keys: readonly string[];
}

/** The first is the user's own; each other one is a selector: a command and all of its keys must match one of them as a whole. */
const rights: Readonly<Record<RedisProgram, readonly Rights[]>> = {
  api: [
    {
      allowed: QUEUE,
      denied: NOT_QUEUE,
      keys: [...shared, 'tickets:*', 'ticket-times:*', 'rate:*', 'event-probe:*'],
    },
    // It notes when a key was used, and can create none.
    { allowed: ['hget', 'hexists'], keys: ['api-keys'] },
    { allowed: ['hset'], keys: ['api-keys:used'] },
    { allowed: ['eval'], keys: ['api-keys', 'api-keys:used'] },
  ],
  worker: [{ allowed: QUEUE, denied: NOT_QUEUE, keys: [...shared, 'fingerprints:*', 'reconcile:*', 'canary'] }],
  edge: [
    // It reads the job of an image without a manifest, by BullMQ's scripts.
    {
      allowed: [
        ...CONNECT,
        'eval',
        'evalsha',
        'get',
        'hget',
        'hgetall',
        'exists',
        'zscore',
        'lpos',
        'lrange',
        'sismember',
      ],
      denied: ['@dangerous'],
      keys: ['render:*', 'uploaded:*', 'deleted:*'],
    },
    { allowed: ['xread'], keys: ['purge-log'] },
    { allowed: ['eval', 'get', 'set', 'del', 'pexpire'], keys: ['edge:*'] },
  ],
  keys: [
    {
      allowed: [...CONNECT, 'hlen', 'hset', 'hget', 'hvals', 'hgetall', 'hdel'],
      denied: ['@dangerous'],
      keys: ['api-keys', 'api-keys:used'],
    },
  ],
};

/**
 * The rules of a program's Redis user, for `ACL SETUSER` or a line of an ACL file, without its password.
 *
 * Redis 7 or newer: selectors, and rights of subcommands. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 *
 * @param prefix QUEUE_PREFIX
 */
export function redisUserRules(program: RedisProgram, prefix: string): readonly string[] {
  const [own, ...selectors] = rights[program];
  const rulesOf = ({ allowed, denied = [], keys }: Rights) => [
    '-@all',
    // In this order: a denied category takes back what allowed ones have in common with it, and single commands are added last.
    ...allowed.filter((command) => command.startsWith('@')).map((category) => `+${category}`),
    ...denied.map((command) => `-${command}`),
    ...allowed.filter((command) => !command.startsWith('@')).map((command) => `+${command}`),
    ...keys.map((key) => `~${prefix}:${key}`),
  ];
  return [
    ...['on', 'resetkeys', 'resetchannels'],
    ...(own ? rulesOf(own) : []),
    ...selectors.map((selector) => `(${rulesOf(selector).join(' ')})`),
  ];
}
