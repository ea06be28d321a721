import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { type ImageId, manifestKey, prefixes, renditionFolder, SigningKeys, signedSizeUrl } from '@imagemill/variants';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { bytesOf } from '../test-support/bytes-of.ts';
import { createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';

const [signingKey] = SigningKeys.parse(`test:acme:${'ab'.repeat(32)}`);
if (!signingKey) throw new Error('There is no signing key.');
const env = { EDGE_SIGNING_KEYS: [signingKey] };
const edge = useEdge({ env });

type Target = Pick<RenderImage, 'imageId'>;
const urls: Record<string, (image: Target) => string | Promise<string>> = {
  planned: (image) => pathOf(image),
  friendly: ({ imageId }) => `/images/${imageId}/small.webp`,
  'signed size': ({ imageId }) =>
    signedSizeUrl({ baseUrl: '', imageId, size: { w: 32, f: 'webp' }, key: signingKey, expiresAt: undefined }),
};
const callsOf = (name: string, prefix: string) => edge.calls.filter((call) => call.startsWith(`${name} ${prefix}`));
const renditionsOf = (imageId: ImageId) => renditionFolder({ imageId, visibility: 'public' });

async function uploaded() {
  const image = newImage();
  await upload(edge, image);
  return image;
}

/** An edge on the same bucket whose reads of keys with this prefix wait until they are released. */
async function withHeldReads(options: Parameters<typeof createEdgeHarness>[0] = {}) {
  const gate = { prefix: 'none', waiting: 0, release: Promise.withResolvers<void>() };
  const wrap = (storage: ObjectStorage): ObjectStorage => ({
    ...storage,
    async open(key, options) {
      if (key.startsWith(gate.prefix)) {
        gate.waiting += 1;
        await gate.release.promise;
      }
      return storage.open(key, options);
    },
  });
  const held = await createEdgeHarness({ beside: edge, wrap, env: { ...env, ...options.env } });
  onTestFinished(() => held.close());
  return { ...held, gate };
}

describe.each(Object.entries(urls))('many concurrent requests for a %s URL', (_kind, urlOf) => {
  test('of a picture that is not stored are one look-up, one read of its key, and one render', async () => {
    const image = await uploaded();
    const url = await urlOf(image);
    const responses = await Promise.all(Array.from({ length: 100 }, () => edge.get(url)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(callsOf('open', renditionsOf(image.imageId))).toHaveLength(1);
    expect(callsOf('open', image.originalKey)).toHaveLength(1);
    expect(callsOf('put', renditionsOf(image.imageId))).toHaveLength(1);
    // The look-up, and the check for a deletion after the publication.
    expect(callsOf('open', manifestKey(image.imageId))).toHaveLength(2);
  });

  test('of an image that does not exist read each of its keys once', async () => {
    const image = newImage();
    const url = await urlOf(image);
    const responses = await Promise.all(Array.from({ length: 100 }, () => edge.get(url)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([404]));
    expect(callsOf('open', renditionsOf(image.imageId)).length).toBeLessThanOrEqual(1);
    expect(callsOf('open', manifestKey(image.imageId))).toHaveLength(1);
  });

  test('end at the time limit if the look-up of the image hangs', async () => {
    const image = await uploaded();
    const hanging = await withHeldReads({ env: { EDGE_REQUEST_TIMEOUT_MS: 200 } });
    hanging.gate.prefix = manifestKey(image.imageId);
    const url = await urlOf(image);
    const responses = await Promise.all(Array.from({ length: 3 }, () => hanging.get(url)));
    for (const response of responses) {
      expect([response.status, (await response.json()).code]).toEqual([503, 'request-timeout']);
    }
    expect(hanging.gate.waiting).toBe(1);
  });
});

test.each([prefixes.renditions, prefixes.manifests, prefixes.originals])(
  'a client that disconnects during the read of %s does not end the requests of the others',
  async (prefix) => {
    const image = await uploaded();
    const busy = await withHeldReads();
    busy.gate.prefix = prefix;
    const leaving = new AbortController();
    const left = Promise.resolve(busy.app.request(pathOf(image), { signal: leaving.signal }));
    const stays = busy.get(pathOf(image));
    await vi.waitUntil(() => busy.gate.waiting > 0);
    leaving.abort(new Error('left'));
    expect((await left).status).not.toBe(200);
    busy.gate.release.resolve();
    expect((await stays).status).toBe(200);
    expect(busy.calls.filter((call) => call.startsWith(`open ${pathOf(image).slice(1)}`))).toHaveLength(1);
  },
);

test('concurrent requests for a stored picture that is too large to hold get the whole picture each', async () => {
  const path = pathOf(newImage());
  const body = Buffer.from(Array.from({ length: 300 * 1024 }, (_, index) => index % 251));
  await edge.storage.put({ key: path.slice(1), body, contentType: 'image/webp', cacheControl: 'public' });
  const responses = await Promise.all(Array.from({ length: 5 }, () => edge.get(path)));
  for (const response of responses) {
    expect(response.headers.get('cache-status')).toBe('imagemill; hit; detail=bucket');
    expect((await bytesOf(response)).equals(body)).toBe(true);
  }
});
