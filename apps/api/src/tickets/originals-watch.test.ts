import { expect, test, vi } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { watchOriginals } from './originals-watch.ts';

test('tickets answer 503 with Retry-After while the originals bucket is away, and use no rate', async ({
  onTestFinished,
}) => {
  const cut = await createApiHarness({ s3Endpoint: 'http://127.0.0.1:1' });
  onTestFinished(() => cut.close());
  const photo = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'avatar' };
  const request = (path: string, body: object) => cut.call('POST', path, body);
  await vi.waitFor(
    async () => {
      const { status, headers, body } = await request('/v1/images/upload-url', photo);
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'storage-unavailable' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.get('ratelimit')).toBeNull();
    },
    { timeout: 30_000, interval: 100 },
  );
  expect((await request('/v1/images/upload-urls', { images: [photo] })).status).toBe(503);
  // A worker downloads it when the bucket is back.
  const imported = await request('/v1/images/import', { url: 'https://shop.test/a.jpg', category: 'avatar' });
  expect(imported.status).toBe(202);
});

test('the bucket is probed at most every 5 s, and tickets are issued again when it answers', async () => {
  let [now, isAway, probes] = [0, true, 0];
  const probe = async () => {
    probes += 1;
    if (isAway) throw new Error('away');
  };
  const watch = watchOriginals({ probe }, () => now);
  // A ticket does not wait for the probe.
  watch.assertAnswers();
  watch.assertAnswers();
  await vi.waitFor(() => expect(() => watch.assertAnswers()).toThrow('does not answer'));
  isAway = false;
  await vi.waitFor(() => watch.assertAnswers(), { timeout: 30_000 });
  const before = probes;
  for (now = 1_000; now < 5_000; now += 1_000) watch.assertAnswers();
  expect(probes).toBe(before);
  now = 5_000;
  watch.assertAnswers();
  await vi.waitUntil(() => probes === before + 1);
  watch.stop();
});
