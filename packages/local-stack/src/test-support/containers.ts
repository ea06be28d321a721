import { randomUUID } from 'node:crypto';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { redisContainer, s3Container } from './images.ts';
import type { RunningTestServers } from './test-servers.ts';

/** Redis and S3 as containers. Needs a container engine that answers. */
export async function startContainers(): Promise<RunningTestServers> {
  const keys = { accessKeyId: 'TESTACCESSKEY', secretAccessKey: randomUUID() };
  const [redis, s3] = await startBoth(
    container(redisContainer),
    container(s3Container)
      .withEnvironment(s3Container.environment(keys))
      // The server requires its folder to exist; docker-compose.yml mounts a volume there.
      .withCopyContentToContainer([{ content: '', target: '/data/.keep' }]),
  );
  return {
    redisUrl: `redis://${address(redis, redisContainer.port)}`,
    s3: {
      endpoint: `http://${address(s3, s3Container.port)}`,
      region: 'us-east-1',
      ...keys,
      server: 'container',
    },
    async stop() {
      await Promise.all([redis.stop(), s3.stop()]);
    },
  };
}

function container({ image, command, port }: typeof redisContainer | typeof s3Container): GenericContainer {
  return new GenericContainer(image)
    .withCommand(command)
    .withExposedPorts(port)
    .withWaitStrategy(Wait.forListeningPorts());
}

/** Starts both at the same time. If one fails to start, the other one is stopped. */
async function startBoth(...pair: [GenericContainer, GenericContainer]) {
  const starts = await Promise.allSettled(pair.map((one) => one.start()));
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (!failed) return started as [StartedTestContainer, StartedTestContainer];
  await Promise.all(started.map((one) => one.stop()));
  throw failed.reason;
}

function address(started: StartedTestContainer, port: number): string {
  // Not `localhost`, which may resolve to IPv6 first: some engines publish only on IPv4.
  const host = started.getHost() === 'localhost' ? '127.0.0.1' : started.getHost();
  return `${host}:${started.getMappedPort(port)}`;
}
