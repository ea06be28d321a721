export type { ProcessExit } from './guardian-protocol.ts';
export { claimPort } from './loopback-port.ts';
export { PortInUseError } from './redis-errors.ts';
export { type RedisProcess, startRedis } from './start-redis.ts';
