export { type Alteration, startAlteredStore } from './altered-store.ts';
export { type FailoverRedis, startFailoverRedis } from './failover-redis.ts';
export { type FaultProxy, type Misbehaviour, startFaultProxy } from './fault-proxy.ts';
export { addRedisUser } from './redis-user.ts';
export type { TestServers } from './test-servers.ts';
