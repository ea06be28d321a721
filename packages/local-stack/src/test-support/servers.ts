import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../redis/start-redis.ts';
import { startS3 } from '../start-s3.ts';
import type { RunningTestServers, TestServers } from './test-servers.ts';

/**
 * Servers for one test run: containers if TEST_CONTAINERS is 1 and a container engine answers, otherwise the configured servers
 * (REDIS_URL, S3_ENDPOINT), otherwise local processes in a temporary folder.
 */
export async function startTestServers(env: NodeJS.ProcessEnv): Promise<RunningTestServers> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    if (env.TEST_CONTAINERS === '1' && (await engineAnswers())) {
      const { startContainers } = await import('./containers.ts');
      const containers = await startContainers();
      return { ...containers, s3: configuredS3(env) ?? containers.s3 };
    }
    const dir = await mkdtemp(join(tmpdir(), 'imagemill-test-'));
    stops.push(() => rm(dir, { recursive: true, force: true }));
    const redisUrl = env.REDIS_URL || (await localRedis(dir, stops));
    const s3 = configuredS3(env) ?? (await localS3(dir, stops));
    return { redisUrl, s3, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function engineAnswers(): Promise<boolean> {
  try {
    // Loaded only here: it takes half a second of CPU.
    const { getContainerRuntimeClient } = await import('testcontainers');
    await getContainerRuntimeClient();
    return true;
  } catch {
    console.error('TEST_CONTAINERS is 1, but no container engine answers: the tests run on local processes.');
    return false;
  }
}

async function localRedis(dir: string, stops: (() => Promise<unknown>)[]): Promise<string> {
  const redis = await startRedis({ dir: join(dir, 'redis'), appendOnly: false, onProgress: console.error });
  stops.push(() => redis.stop());
  return redis.url;
}

async function localS3(dir: string, stops: (() => Promise<unknown>)[]): Promise<TestServers['s3']> {
  const keys = { accessKeyId: 'TESTACCESSKEY', secretAccessKey: randomUUID() };
  const server = await startS3({ dir, region: 'us-east-1', ...keys });
  stops.push(() => server.stop());
  return { endpoint: server.endpoint, region: 'us-east-1', ...keys, server: 'embedded' };
}

function configuredS3(env: NodeJS.ProcessEnv): TestServers['s3'] | undefined {
  const { S3_ENDPOINT, S3_REGION = 'us-east-1', S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '', S3_SERVER } = env;
  return S3_ENDPOINT
    ? {
        endpoint: S3_ENDPOINT,
        region: S3_REGION,
        accessKeyId: S3_ACCESS_KEY_ID,
        secretAccessKey: S3_SECRET_ACCESS_KEY,
        server: S3_SERVER === 'ceph' ? 'ceph' : 'configured',
      }
    : undefined;
}
