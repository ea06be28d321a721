import { afterEach, expect, inject, test, vi } from 'vitest';
import { createReaderConnection } from '../connection/connection.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { proxyTo } from '../test-support/redis-proxy.ts';
import { followPurges, logPurge, PURGE_NEWS_MS } from './purge-log.ts';

afterEach(closeQueues);

const { redisUrl } = inject('servers');

async function harness() {
  const { redis, prefix } = await queueHarness();
  const proxy = await proxyTo(redisUrl);
  const follow = () => {
    const connection = createReaderConnection(proxy.url);
    connection.on('error', () => {});
    const purges = followPurges({ connection, prefix, onError: () => {} });
    closeAfterwards(purges.close);
    return purges;
  };
  const newImage = () => renderJob().imageId;
  return { log: (imageId: ReturnType<typeof newImage>) => logPurge(redis, prefix, imageId), follow, newImage, proxy };
}

test('a follower knows a purged image, whether it was logged before or after it began', async () => {
  const { log, follow, newImage } = await harness();
  const [before, after, other] = [newImage(), newImage(), newImage()];
  await log(before);
  const purges = follow();
  await vi.waitUntil(() => !purges.mayHave(other));
  expect(purges.mayHave(before)).toBe(true);
  expect(purges.mayHave(after)).toBe(false);
  await log(after);
  await vi.waitUntil(() => purges.mayHave(after));
  expect(purges.mayHave(other)).toBe(false);
});

test('a follower that has not read the log trusts no image', async () => {
  const { follow, newImage } = await harness();
  expect(follow().mayHave(newImage())).toBe(true);
});

test('from the time of its purge on, a logged image is never trusted, also if the connection is silent and then lost', async () => {
  const { log, follow, newImage, proxy } = await harness();
  const [image, other] = [newImage(), newImage()];
  const purges = follow();
  await vi.waitUntil(() => !purges.mayHave(other));
  proxy.freeze();
  await log(image);
  const purgedAt = performance.now() + PURGE_NEWS_MS;
  const isSafe = () => performance.now() < purgedAt || purges.mayHave(image);
  await vi.waitUntil(() => {
    expect(isSafe()).toBe(true);
    return purges.mayHave(other);
  });
  proxy.cut();
  await vi.waitUntil(() => {
    expect(isSafe()).toBe(true);
    return !purges.mayHave(other);
  });
  expect(purges.mayHave(image)).toBe(true);
});
