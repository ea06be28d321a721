import { expect, onTestFinished, test } from 'vitest';
import { bytesOf } from '../test-support/bytes-of.ts';
import { createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const edge = useEdge();

async function withoutRedis() {
  const other = await createEdgeHarness({ beside: edge, redisUrl: 'redis://127.0.0.1:1' });
  onTestFinished(() => other.close());
  return other;
}

test('without Redis, a missing rendition of a finished image is rendered once for all requests of a process, and stored', async () => {
  const image = newImage();
  await upload(edge, image);
  await publishManifest(edge, image);
  const without = await withoutRedis();
  const responses = await Promise.all(Array.from({ length: 20 }, () => without.get(pathOf(image))));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  expect(without.calls.filter((call) => call === `open ${image.originalKey}`)).toHaveLength(1);
  const stored = await edge.get(pathOf(image));
  expect(stored.headers.get('cache-status')).toBe('imagemill; hit; detail=bucket');
  expect(await bytesOf(stored)).toEqual(await bytesOf(responses[0] as Response));
});

test('without Redis, two processes that render the same key serve the same bytes', async () => {
  const image = newImage();
  await upload(edge, image);
  await publishManifest(edge, image);
  const processes = [await withoutRedis(), await withoutRedis()];
  const responses = await Promise.all(processes.map(({ get }) => get(pathOf(image))));
  const [one, other] = await Promise.all(responses.map(bytesOf));
  expect(one).toEqual(other);
  expect(responses.map(({ status }) => status)).toEqual([200, 200]);
});
