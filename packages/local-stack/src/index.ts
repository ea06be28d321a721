export { type NodeProcess, type NodeProcessOptions, startNodeProcess } from './node-process.ts';
export { claimPort, PortInUseError, type ProcessExit, type RedisProcess, startRedis } from './redis/index.ts';
export { type S3Process, type StartS3Options, startS3 } from './start-s3.ts';
