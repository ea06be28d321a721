import { cornerPicture } from '@imagemill/imaging/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerWith, moderatedSets, startModeration } from '../test-support/moderation-harness.ts';
import { job, makeBucket, manifestOf, run, store } from '../test-support/render-harness.ts';
import { closeWebhooks } from '../test-support/webhook-harness.ts';

beforeAll(makeBucket);
afterAll(closeWebhooks);

const ownSets = {
  ...moderatedSets(),
  tiny: [{ name: 'one', width: 32, height: 32, fit: 'cover', format: 'webp', quality: 80 }],
};
const gps = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
const picture = (side = 64) => cornerPicture(side, side).withExif(gps).jpeg().toBuffer();
const location = { code: 'location-removed' };

test('the manifest of a ready image has the warnings about its original and its variants', async () => {
  const image = job({}, 'tiny');
  await store(image, await picture(16));
  await (await run(image, { ownSets })).result;
  const small = { code: 'too-small', variants: ['one'], width: 16, height: 16, needed: { width: 32, height: 32 } };
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', warnings: [small, location] });
});

test('an image without a warning has an empty list', async () => {
  const image = job({}, 'tiny');
  await store(image, await cornerPicture(32, 32).jpeg().toBuffer());
  await (await run(image, { ownSets })).result;
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', warnings: [] });
});

test.each(['held', 'rejected'] as const)('the manifest of an image that is %s has them too', async (status) => {
  const verdict = status === 'held' ? 'hold' : 'reject';
  const { moderator } = await startModeration({
    answer: (response, asked) => answerWith(response, asked, { verdict }),
  });
  const image = job({}, 'shots');
  await store(image, await picture());
  await (await run(image, { ownSets, moderator })).result;
  expect(await manifestOf(image)).toMatchObject({ status, source: { width: 64 }, warnings: [location] });
});

test('an image whose pixels are damaged has the warnings about its header', async () => {
  const image = job({}, 'tiny');
  await store(image, (await picture(256)).subarray(0, -64));
  await (await run(image, { ownSets })).result;
  expect(await manifestOf(image)).toMatchObject({
    status: 'rejected',
    error: { code: 'corrupt' },
    warnings: [location],
  });
});

test('an image whose header is unreadable has none', async () => {
  const image = job({}, 'tiny');
  await store(image, Buffer.from('no picture'));
  await (await run(image, { ownSets })).result;
  const manifest = await manifestOf(image);
  expect(manifest).toMatchObject({ status: 'rejected' });
  expect(manifest).not.toHaveProperty('warnings');
});
