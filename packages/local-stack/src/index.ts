export { claimPort, PortInUseError } from './loopback-port.ts';
export {
  lowerSession,
  type NodeProcess,
  type NodeProcessOptions,
  startNodeProcess,
  WORKER_NICE,
} from './node-process.ts';
export type { ProcessExit } from './redis/guarded-process.ts';
export { type RedisProcess, startRedis } from './redis/start-redis.ts';
export { type S3Process, type StartS3Options, startS3 } from './start-s3.ts';
