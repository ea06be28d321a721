import { randomUUID } from 'node:crypto';
import { cornerPicture, photographsWithWarnings, photographWithoutWarnings } from '@imagemill/imaging/test-support';
import { createDeletions, createManifests } from '@imagemill/manifests';
import { createFingerprints, createProducerConnection } from '@imagemill/queue';
import { Warning, type WarningCode } from '@imagemill/report';
import { createLogger } from '@imagemill/service';
import { originalKey, Tenant } from '@imagemill/variants';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createDuplicates, type Duplicates } from '../duplicates/duplicates.ts';
import { answerWith, moderatedSets, startModeration } from '../test-support/moderation-harness.ts';
import { job, makeBucket, manifestOf, run, storage, store } from '../test-support/render-harness.ts';
import { closeWebhooks } from '../test-support/webhook-harness.ts';

beforeAll(makeBucket);
afterAll(closeWebhooks);

const ownSets = {
  ...moderatedSets(),
  tiny: [{ name: 'one', width: 32, height: 32, fit: 'cover', format: 'webp', quality: 80 }],
};
const gps = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
const picture = (side = 64) => cornerPicture(side, side).withExif(gps).jpeg().toBuffer();
/** Other tests render the same picture. */
const none: Duplicates = { of: async () => ({}), withhold: async () => {}, forget: async () => {} };
const location = { code: 'location-removed' };

test('the manifest of a ready image has the warnings about its original and its variants', async () => {
  const image = job({}, 'tiny');
  await store(image, await picture(16));
  await (await run(image, { ownSets, duplicates: none })).result;
  const small = { code: 'too-small', variants: ['one'], width: 16, height: 16, needed: { width: 32, height: 32 } };
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', warnings: [small, location] });
});

test('an image without a warning has an empty list', async () => {
  const image = job({}, 'tiny');
  await store(image, await cornerPicture(32, 32).jpeg().toBuffer());
  await (await run(image, { ownSets, duplicates: none })).result;
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

test.each(['hold', 'reject'] as const)(
  'an image with the verdict %s is never the older image of a duplicate, even if its first run ends before it could be withheld',
  async (verdict) => {
    const { moderator } = await startModeration({
      answer: (response, asked) => answerWith(response, asked, { verdict }),
    });
    const image = job({}, 'shots');
    await store(image, await picture());
    const lost = new Error('the worker was killed');
    const killed: Duplicates = { ...none, withhold: () => Promise.reject(lost) };
    await expect((await run(image, { ownSets, moderator, duplicates: killed })).result).rejects.toBe(lost);
    const withheld: string[] = [];
    const duplicates: Duplicates = { ...none, withhold: async ({ imageId }) => void withheld.push(imageId) };
    await (await run(image, { ownSets, moderator, duplicates })).result;
    expect(withheld).toEqual([image.imageId]);
  },
);

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

describe('a photograph with the reason of a warning has it:', () => {
  /** As large as the photographs: they are measured as they are decoded. */
  const asLarge = {
    tiny: [{ name: 'one', width: 480, height: 480, fit: 'cover', format: 'webp', quality: 80, effort: 0 }],
  };

  test.each(Warning.options.map(({ shape }) => shape.code.value))('%s', async (code) => {
    const original = await photographWithoutWarnings();
    expect((await warningsOf(original)).filter((each) => !each.endsWith('duplicate'))).toEqual([]);
    expect(await warningsOf(await photographsWithWarnings(original)[code]())).toContain(code);
  });

  async function warningsOf(bytes: Buffer): Promise<WarningCode[]> {
    const image = job({}, 'tiny');
    await store(image, bytes);
    await (await run(image, { ownSets: asLarge })).result;
    const manifest = await manifestOf(image);
    if (manifest?.status !== 'ready') throw new Error('It is not ready.');
    return (manifest.warnings ?? []).map((warning) => warning.code);
  }
});

test('a rejected image stays in the index of fingerprints, where the reconciler would take it for lost if it was missing', async () => {
  const redis = createProducerConnection(inject('servers').redisUrl);
  onTestFinished(() => redis.disconnect());
  await vi.waitUntil(() => redis.status === 'ready');
  const fingerprints = createFingerprints(redis, randomUUID());
  const image = job({}, 'tiny');
  await store(image, Buffer.from('no picture'));
  const duplicates = createDuplicates(fingerprints, createLogger('worker', 'silent'));
  expect(await (await run(image, { ownSets, duplicates })).result).toMatchObject({ outcome: 'rejected' });
  expect(await fingerprints.missing(image.tenant, [image])).toEqual([]);
});

describe('an image with the same bytes as an older one', () => {
  const render = async (image: ReturnType<typeof job>, more: object = {}) => {
    await (await run(image, { ownSets, ...more })).result;
    return manifestOf(image);
  };
  const twins = async () => {
    const [first, second] = [job({}, 'tiny'), job({}, 'tiny')];
    const body = await cornerPicture(64, 64)
      .jpeg({ quality: 20 + Math.floor(Math.random() * 70) })
      .withExif({ IFD0: { Artist: randomUUID() } })
      .toBuffer();
    for (const image of [first, second]) await store(image, body);
    return [first, second] as const;
  };
  const of = (image: { imageId: string }) => expect.arrayContaining([{ code: 'duplicate', of: image.imageId }]);

  test('is a duplicate of it, also when both are rendered again; the older one is not', async () => {
    const [first, second] = await twins();
    expect(await render(first)).not.toMatchObject({ warnings: of(second) });
    expect(await render(second)).toMatchObject({ warnings: of(first) });
    const again = { ownSets: { tiny: [{ ...ownSets.tiny[0], quality: 70 }] } };
    expect(await render(first, again)).not.toMatchObject({ warnings: of(second) });
    expect(await render(second, again)).toMatchObject({ warnings: of(first) });
  });

  test('is not a duplicate after the older one was deleted', async () => {
    const [first, second] = await twins();
    await render(first);
    await createDeletions(storage, createManifests(storage)).begin(first);
    await render(first);
    expect(await render(second)).not.toMatchObject({ warnings: of(first) });
  });

  test('is not a duplicate of an image of another tenant', async () => {
    const [first, second] = await twins();
    await render(first);
    const other = job({ tenant: Tenant.parse('other') }, 'tiny');
    const key = originalKey({
      ...second,
      tenant: Tenant.parse('other'),
      imageId: other.imageId,
      contentType: 'image/jpeg',
    });
    const object = Buffer.concat(await Array.fromAsync((await storage.open(second.originalKey))?.body ?? []));
    await store({ ...other, originalKey: key }, object);
    await (await run({ ...other, originalKey: key }, { ownSets })).result;
    expect(await manifestOf(other)).not.toMatchObject({ warnings: of(first) });
  });

  test('is ready without the warning while Redis does not answer, and its manifest lists the check as not done', async () => {
    const gone = createProducerConnection('redis://127.0.0.1:1');
    gone.on('error', () => {});
    onTestFinished(() => gone.disconnect());
    const duplicates = createDuplicates(createFingerprints(gone, 'gone'), createLogger('worker', 'silent'));
    const [first] = await twins();
    expect(await render(first, { duplicates })).toMatchObject({ status: 'ready', unchecked: ['duplicates'] });
  });
});
