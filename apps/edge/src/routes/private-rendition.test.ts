// Over 250 lines: every test needs the same edge, with its private and public categories, and the table of states.

import { createHmac, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rejectedManifest } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import {
  CACHE_IMMUTABLE,
  type CategorySpec,
  loadCategories,
  originalKey,
  privateText,
  renditionKey,
  SigningKeys,
  signedSizeUrl,
  type Visibility,
} from '@imagemill/variants';
import { afterAll, describe, expect, test } from 'vitest';
import { bytesOf } from '../test-support/bytes-of.ts';
import { createEdgeHarness, newImage, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest, subjectOf } from '../test-support/publish-manifest.ts';

const entry = { name: 'tiny', width: 9, height: 9, fit: 'cover', quality: 50 } as const;
const variants = [
  { ...entry, format: 'webp' },
  { ...entry, format: 'jpeg', when: 'request' },
];
/** `shots` has the set that `papers` had while it was public. */
const sets = {
  papers: { visibility: 'signed', variants },
  shots: variants,
  others: [{ ...entry, format: 'webp', quality: 51 }],
};
const setsFile = join(tmpdir(), `imagemill-private-${randomUUID()}.json`);
await writeFile(setsFile, JSON.stringify(sets));
afterAll(() => rm(setsFile));

const categories = await loadCategories(sets);
const specOf = (name: string) => categories.get(name) as CategorySpec;
const papers = specOf('papers');
const OLD = 'aaaaaaaaaaaa';

const keys = SigningKeys.parse(
  ['new:acme', 'old:acme', 'theirs:other'].map((key, index) => `${key}:${`${index}b`.repeat(32)}`).join(),
);
const EDGE_OPEN_SIZES = [{ w: 9, h: 9, fit: 'cover' as const }];
const edge = useEdge({ env: { VARIANT_SETS_FILE: setsFile, EDGE_SIGNING_KEYS: keys, EDGE_OPEN_SIZES } });

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

interface Wanted {
  readonly file?: string;
  readonly revision?: string;
  readonly visibility?: Visibility;
}
function keyOf({ imageId }: Pick<RenderImage, 'imageId'>, { file = 'tiny.webp', revision, visibility }: Wanted = {}) {
  const [variant = '', format] = file.split('.');
  return renditionKey({
    imageId,
    variant,
    format: format as 'webp',
    revision: revision ?? papers.revision,
    visibility: visibility ?? 'signed',
  });
}

/** @param path that is requested, if it differs from the signed one */
function signed(key: string, { kid = 'new', exp = inSeconds(60), path = `/${key}` } = {}) {
  const secret = keys.find((one) => one.kid === kid)?.secret ?? Buffer.alloc(32);
  const s = createHmac('sha256', secret).update(privateText(key, { exp, kid })).digest('base64url');
  return `${path}?exp=${exp}&kid=${kid}&s=${s}`;
}

function imageOf(category: string): RenderImage {
  const image = newImage();
  return { ...image, category, originalKey: originalKey({ ...image, category }) };
}

/** An image in each state that it can have. */
const states: Record<string, (image: RenderImage) => Promise<void>> = {
  missing: async () => {},
  'not rendered yet': (image) => upload(edge, image),
  stored: async (image) => {
    await upload(edge, image);
    expect((await edge.get(signed(keyOf(image)))).status).toBe(200);
    await publishManifest(edge, image, papers);
  },
  rejected: async (image) => {
    await upload(edge, image);
    const error = { code: 'corrupt', publicMessage: 'The file is damaged.' };
    await edge.manifests.publish(rejectedManifest(await subjectOf(edge, image), error), undefined);
  },
  deleted: async (image) => {
    await upload(edge, image);
    await edge.deletions.begin(image);
  },
};
const stateNames = Object.keys(states);

async function imageIn(state: string, category = 'papers'): Promise<RenderImage> {
  const image = imageOf(category);
  await states[state]?.(image);
  return image;
}

/** One image for each state, for tests that only ask for it. */
const shared = new Map<string, Promise<RenderImage>>();
function sharedIn(state: string): Promise<RenderImage> {
  const image = shared.get(state) ?? imageIn(state);
  shared.set(state, image);
  return image;
}

/** What a client can tell two error responses apart by. */
async function shownBy(response: Response) {
  const { code, detail, title } = await response.json();
  const { headers, status } = response;
  return { status, code, detail, title, cached: headers.get('cache-control'), tag: headers.get('cache-tag') };
}
const callsFor = ({ imageId }: RenderImage) => edge.calls.filter((call) => call.includes(imageId));

describe('a signed URL', () => {
  test.each([
    ['missing', 404, 'picture-not-found'],
    ['rejected', 410, 'image-gone'],
    ['deleted', 410, 'image-gone'],
  ])('of an image that is %s has no picture, and the response is not cached', async (state, status, code) => {
    const response = await edge.get(signed(keyOf(await imageIn(state))));
    expect(await shownBy(response)).toMatchObject({ status, code, cached: 'no-store' });
  });

  test.each(['tiny.webp', 'tiny.jpeg'])(
    'shows %s before any worker, and stores it under a private key',
    async (file) => {
      const image = await imageIn('not rendered yet');
      const key = keyOf(image, { file });
      const made = await edge.get(signed(key));
      expect([made.status, made.headers.get('cache-status')]).toEqual([200, 'imagemill; fwd=miss; stored']);
      expect((await edge.storage.head(key))?.cacheControl).toBe('private');
      const again = await edge.get(signed(key, { kid: 'old' }));
      expect(again.headers.get('cache-status')).toContain('hit');
      expect(await bytesOf(again)).toEqual(await bytesOf(made));
      const head = await edge.get(signed(key), {}, 'HEAD');
      expect([head.status, await head.text()]).toEqual([200, '']);
      const etag = made.headers.get('etag') ?? '';
      expect((await edge.get(signed(key), { 'if-none-match': etag })).status).toBe(304);
      expect((await edge.get(signed(key), { range: 'bytes=0-3' })).status).toBe(206);
    },
  );

  test('is kept by the browser until it expires, and by no shared cache', async () => {
    const image = await imageIn('stored');
    const { headers } = await edge.get(signed(keyOf(image), { exp: inSeconds(100) }));
    expect(headers.get('cache-control')).toMatch(/^private, max-age=(99|100)$/);
    expect(headers.has('cdn-cache-control')).toBe(false);
    expect(headers.get('cache-tag')).toBe(image.imageId);
  });

  test('of an earlier revision shows what is stored, and nothing else', async () => {
    const image = await imageIn('stored');
    const [stored, missing] = [OLD, 'bbbbbbbbbbbb'].map((revision) => keyOf(image, { revision }));
    const object = { contentType: 'image/webp', cacheControl: 'private', body: Buffer.from('old') };
    await edge.storage.put({ key: stored ?? '', ...object });
    expect(await (await edge.get(signed(stored ?? ''))).text()).toBe('old');
    expect((await edge.get(signed(missing ?? ''))).status).toBe(404);
  });

  test('shows what was moved when the category became private, though a public category has that revision', async () => {
    const image = await imageIn('not rendered yet');
    await publishManifest(edge, image, { ...papers, revision: papers.publicRevision });
    const key = keyOf(image, { revision: papers.publicRevision });
    const object = { contentType: 'image/webp', cacheControl: 'private', body: Buffer.from('moved') };
    await edge.storage.put({ key, ...object });
    expect(await (await edge.get(signed(key))).text()).toBe('moved');
    expect((await edge.get(`/images/${image.imageId}/tiny.webp`)).status).toBe(404);
  });

  test('shows nothing of a public category, and no public key', async () => {
    const image = imageOf('shots');
    await upload(edge, image);
    const { revision } = specOf('shots');
    expect((await edge.get(signed(keyOf(image, { revision })))).status).toBe(404);
    expect((await edge.get(signed(keyOf(image)))).status).toBe(404);
    const key = keyOf(image, { visibility: 'public', revision });
    expect((await edge.get(signed(key, { path: `/${key.replace('images', 'private')}` }))).status).toBe(403);
  });

  test.each(stateNames)('of another tenant’s key looks like one of an image that does not exist: %s', async (state) => {
    const [image, missing] = [await sharedIn(state), await sharedIn('missing')];
    const expected = await shownBy(await edge.get(signed(keyOf(missing), { kid: 'theirs' })));
    expect(expected).toMatchObject({ status: 404, cached: 'no-store' });
    expect(await shownBy(await edge.get(signed(keyOf(image), { kid: 'theirs' })))).toEqual(expected);
  });

  const refusals: [string, string, (key: string) => string][] = [
    ['without a signature', 'signature-required', (key) => `/${key}`],
    ['without an expiry', 'signature-required', (key) => signed(key).replace(/exp=\d+&/, '')],
    ['without a key', 'signature-required', (key) => signed(key).replace(/kid=\w+&/, '')],
    ['with an expiry twice', 'signature-required', (key) => `${signed(key)}&exp=${inSeconds(60)}`],
    ['with an escaped second signature', 'signature-required', (key) => `${signed(key)}&%73=${'A'.repeat(43)}`],
    ['with an expiry in another spelling', 'signature-required', (key) => signed(key).replace('exp=', 'exp=0')],
    ['with a truncated signature', 'signature-required', (key) => signed(key).slice(0, -1)],
    ['with a very long query', 'signature-required', (key) => `${signed(key)}&${'x=1&'.repeat(600)}`],
    ['with another signature', 'invalid-signature', (key) => signed(key).replace(/s=.*/, `s=${'A'.repeat(43)}`)],
    ['with a later expiry', 'invalid-signature', (key) => signed(key).replace(/exp=\d+/, `exp=${inSeconds(9_999)}`)],
    ['with another key’s id', 'invalid-signature', (key) => signed(key).replace('kid=new', 'kid=old')],
    ['for another file', 'invalid-signature', (key) => signed(key, { path: `/${key.replace('webp', 'jpg')}` })],
    ['for another image', 'invalid-signature', (key) => signed(keyOf(newImage()), { path: `/${key}` })],
    ['of an unknown key', 'unknown-signing-key', (key) => signed(key, { kid: 'none' })],
    ['that has expired', 'signature-expired', (key) => signed(key, { exp: inSeconds(-1) })],
    ['that expires now', 'signature-expired', (key) => signed(key, { exp: inSeconds(0) })],
  ];
  test.each(refusals)('%s is refused without an outside call, whatever the image: %s', async (_what, code, change) => {
    for (const state of stateNames) {
      const image = await sharedIn(state);
      const before = callsFor(image).length;
      const response = await edge.get(change(keyOf(image)));
      expect(await shownBy(response), state).toMatchObject({ status: 403, code, cached: 'no-store' });
      expect(callsFor(image).length).toBe(before);
    }
  });
});

describe('public URLs of a private image look like those of an image that does not exist:', () => {
  const { revision, publicRevision } = papers;
  const byTheirs = keys.find(({ kid }) => kid === 'theirs');
  const byOurs = keys.find(({ kid }) => kid === 'new');
  const size = { w: 9, h: 9, f: 'webp' } as const;
  const expiresAt = new Date(Date.now() + 60_000);
  const urls: Record<string, (image: RenderImage) => string | Promise<string>> = {
    'the private revision': (image) => `/${keyOf(image, { visibility: 'public' })}`,
    'the revision from its public time': (image) =>
      `/${keyOf(image, { visibility: 'public', revision: publicRevision })}`,
    'the revision of a public category': (image) =>
      `/${keyOf(image, { visibility: 'public', revision: specOf('others').revision })}`,
    'an earlier revision': (image) => `/${keyOf(image, { visibility: 'public', revision: OLD })}`,
    'a friendly URL': ({ imageId }) => `/images/${imageId}/tiny`,
    'a friendly URL with a format': ({ imageId }) => `/images/${imageId}/tiny.webp`,
    'a friendly URL with the private revision': ({ imageId }) => `/images/${imageId}/tiny?v=${revision}`,
    'a friendly URL with the earlier public revision': ({ imageId }) => `/images/${imageId}/tiny?v=${publicRevision}`,
    'an open size': ({ imageId }) => `/images/${imageId}?w=9&h=9&f=webp`,
    'a signed size that never expires': ({ imageId }) =>
      signedSizeUrl({ baseUrl: '', imageId, size, key: byOurs ?? fail() }),
    'a size that another tenant signed': ({ imageId }) =>
      signedSizeUrl({ baseUrl: '', imageId, size, key: byTheirs ?? fail(), expiresAt }),
  };
  const fail = (): never => {
    throw new Error('There is no such key.');
  };

  test.each(Object.entries(urls))('%s', async (_what, urlOf) => {
    const expected = await shownBy(await edge.get(await urlOf(await sharedIn('missing'))));
    expect(expected).toMatchObject({ status: 404 });
    for (const state of stateNames) {
      const image = await sharedIn(state);
      // Left over from the time before the category became private.
      for (const old of [publicRevision, OLD]) {
        const key = keyOf(image, { visibility: 'public', revision: old });
        const object = { contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE, body: Buffer.from('public') };
        await edge.storage.put({ key, ...object });
      }
      expect(await shownBy(await edge.get(await urlOf(image))), state).toEqual(expected);
    }
  });
});

test('a size of a private image needs a signature of its tenant that expires, and is stored under a private key', async () => {
  const { imageId } = await imageIn('not rendered yet');
  const expiresAt = new Date(Date.now() + 60_000);
  const key = keys.find(({ kid }) => kid === 'new');
  if (!key) throw new Error('There is no key.');
  const url = await signedSizeUrl({ baseUrl: '', imageId, size: { w: 16, f: 'webp' }, key, expiresAt });
  const { status, headers } = await edge.get(url);
  expect([status, headers.get('cache-control')]).toEqual([200, expect.stringMatching(/^private, max-age=[56]\d$/)]);
  expect(headers.has('cdn-cache-control')).toBe(false);
  const put = edge.calls.filter((call) => call.startsWith('put') && call.includes(imageId));
  expect(put).toContainEqual(expect.stringContaining(`put ${keyOf({ imageId }).split('tiny')[0]}w16_`));
});

test('public categories beside a private one are served as before, also with the set of the private one', async () => {
  for (const category of ['shots', 'others', 'avatar']) {
    const image = imageOf(category);
    await upload(edge, image);
    const { revision, set } = specOf(category);
    const file = `${set[0]?.name}.${set[0]?.format}`;
    const planned = await edge.get(`/${keyOf(image, { visibility: 'public', revision, file })}`);
    expect([planned.status, planned.headers.get('cache-control')]).toEqual([200, CACHE_IMMUTABLE]);
    expect((await edge.get(`/images/${image.imageId}/${file}`)).status).toBe(200);
    expect((await edge.get(`/images/${image.imageId}/${file}?v=${revision}`)).status).toBe(200);
    expect((await edge.get(`/images/${image.imageId}?w=9&h=9&f=webp`)).status).toBe(200);
  }
});

test('an image whose category was removed stays private, and is served to its tenant while it is stored', async () => {
  const image = await imageIn('stored');
  const without = await createEdgeHarness({ beside: edge, env: { EDGE_SIGNING_KEYS: keys, EDGE_OPEN_SIZES } });
  expect((await without.get(signed(keyOf(image)))).status).toBe(200);
  expect((await without.get(signed(keyOf(image), { kid: 'theirs' }))).status).toBe(404);
  for (const path of [`/images/${image.imageId}/tiny`, `/images/${image.imageId}?w=9&h=9&f=webp`]) {
    expect((await without.get(path)).status).toBe(404);
  }
  await without.close();
});

test('an edge with private categories and no signing key does not start, and says which', async () => {
  const starting = createEdgeHarness({ beside: edge, env: { VARIANT_SETS_FILE: setsFile } });
  await expect(starting).rejects.toThrow(/private categories \(papers\).*set EDGE_SIGNING_KEYS/);
});
