import { randomUUID } from 'node:crypto';
import { GenericContainer, Wait } from 'testcontainers';
import type { RunningTestServers } from './servers.ts';

const REDIS_IMAGE = 'redis:8';
const S3_IMAGE = 'versity/versitygw:latest';
const S3_PORT = 7070;
const REDIS_PORT = 6379;

/** Redis and S3 as containers: the images that docker-compose.yml names. Needs a container engine that answers. */
export async function startContainers(): Promise<RunningTestServers> {
  const keys = { accessKeyId: 'TESTACCESSKEY', secretAccessKey: randomUUID() };
  const [redis, s3] = await Promise.all([
    new GenericContainer(REDIS_IMAGE).withExposedPorts(REDIS_PORT).withWaitStrategy(Wait.forListeningPorts()).start(),
    new GenericContainer(S3_IMAGE)
      .withExposedPorts(S3_PORT)
      .withEnvironment({ ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey })
      .withWaitStrategy(Wait.forListeningPorts())
      .start(),
  ]);
  return {
    redisUrl: `redis://${redis.getHost()}:${redis.getMappedPort(REDIS_PORT)}`,
    s3: {
      endpoint: `http://${s3.getHost()}:${s3.getMappedPort(S3_PORT)}`,
      region: 'us-east-1',
      ...keys,
      server: 'container',
    },
    async stop() {
      await Promise.all([redis.stop(), s3.stop()]);
    },
  };
}
