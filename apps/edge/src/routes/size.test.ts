import { enhancing } from '@imagemill/imaging';
import type { RenderImage } from '@imagemill/records';
import {
  type AskedSize,
  CACHE_IMMUTABLE,
  type ImageId,
  parseRenditionKey,
  renditionFolder,
  SigningKeys,
  signedSizeUrl,
  sizeKey,
} from '@imagemill/variants';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bytesOf } from '../test-support/bytes-of.ts';
import { avatar, newImage, photo, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const keys = SigningKeys.parse(
  ['new:acme', 'old:acme', 'theirs:other'].map((key, index) => `${key}:${`${index}a`.repeat(32)}`).join(),
);
const SIZES_MAX = 4;
const edge = useEdge({
  env: {
    EDGE_SIGNING_KEYS: keys,
    EDGE_OPEN_SIZES: [{ w: 60, h: 40, fit: 'cover' }],
    EDGE_SIZES_MAX: SIZES_MAX,
    EDGE_MAX_AGE_SECONDS: 600,
    EDGE_STALE_SECONDS: 7200,
  },
});
const uploaded = async (change: Partial<RenderImage> = {}) => {
  const image = newImage(change);
  await upload(edge, image);
  return image;
};

interface Signing {
  readonly kid?: string;
  readonly expiresAt?: Date;
}
function pathFor(imageId: ImageId, size: Partial<AskedSize>, { kid = 'new', expiresAt }: Signing = {}) {
  const key = keys.find((each) => each.kid === kid);
  if (!key) throw new Error('There is no such key.');
  return signedSizeUrl({ baseUrl: '', imageId, size, key, expiresAt });
}
async function problemOf(response: Response) {
  const { code } = await response.json();
  return [response.status, code, response.headers.get('cache-control')];
}
const callsFor = (imageId: ImageId) => edge.calls.filter((call) => call.includes(imageId));
const storedSizes = async (imageId: ImageId) => {
  const { objects } = await edge.storage.list({ prefix: renditionFolder({ imageId, visibility: 'public' }) });
  return objects.map(({ key }) => key).filter((key) => parseRenditionKey(key)?.isSize);
};

test('a signed size has exactly its pixels, and is stored under its canonical parameters for all later requests', async () => {
  const { imageId } = await uploaded();
  const path = await pathFor(imageId, { w: 50, h: 20, dpr: 2, f: 'webp', focus: 'attention' });
  const made = await edge.get(path);
  expect([made.status, made.headers.get('content-type')]).toEqual([200, 'image/webp']);
  expect(made.headers.get('cache-control')).toBe('public, max-age=600, stale-while-revalidate=7200');
  const bytes = await bytesOf(made);
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 100, height: 40 });
  const key = sizeKey({
    imageId,
    visibility: 'public',
    revision: avatar.revision,
    format: 'webp',
    size: 'w100_h40_cover_q80_attention',
  });
  expect(await storedSizes(imageId)).toEqual([key]);
  expect((await edge.storage.head(key))?.cacheControl).toBe(CACHE_IMMUTABLE);

  const same = await edge.get(await pathFor(imageId, { w: 100, h: 40, q: 80, f: 'webp', focus: 'attention' }));
  expect(same.headers.get('cache-status')).toContain('hit');
  expect(await bytesOf(same)).toEqual(bytes);
});

test('a size of an enhanced image is made from pixels that were sharpened at their own size', async () => {
  const [plain, enhanced] = [await uploaded(), await uploaded({ enhance: 'sharpen' })];
  const pixelsOf = async ({ imageId }: RenderImage) =>
    sharp(await bytesOf(await edge.get(await pathFor(imageId, { w: 128, h: 128, f: 'png' }))))
      .raw()
      .toBuffer();
  const sharpened = await sharp(photo).sharpen(enhancing).png().toBuffer();
  const expected = await sharp(sharpened).resize(128, 128).raw().toBuffer();
  const differences = (await Promise.all([plain, enhanced].map(pixelsOf))).map(
    (pixels) =>
      pixels.reduce((sum, level, at) => sum + Math.abs(level - (expected[at] ?? Number.NaN)), 0) / pixels.length,
  );
  expect(differences[1]).toBeLessThan(0.3 * (differences[0] ?? 0));
});

test('a size is never above the original, and moves to the next step', async () => {
  const { imageId } = await uploaded();
  const large = await edge.get(await pathFor(imageId, { w: 3000, f: 'jpeg' }));
  expect(await sharp(await bytesOf(large)).metadata()).toMatchObject({ format: 'jpeg', width: 512, height: 512 });
  const odd = await edge.get(await pathFor(imageId, { w: 61, f: 'png' }));
  expect(await sharp(await bytesOf(odd)).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 });
});

test.each([
  ['f4f1ea', 'jpeg', [244, 241, 234, 255]],
  ['transparent', 'auto', [0, 0, 0, 0]],
] as const)('a size with the background %s in %s has it beside the picture', async (bg, f, expected) => {
  const { imageId } = await uploaded();
  const made = await edge.get(await pathFor(imageId, { w: 96, h: 48, fit: 'contain', f, bg }), { accept: '*/*' });
  const data = await sharp(await bytesOf(made))
    .ensureAlpha()
    .raw()
    .toBuffer();
  // Of a transparent pixel, the colour does not count.
  const compared = expected[3] > 0 ? [0, 1, 2, 3] : [3];
  const differences = compared.map((channel) => Math.abs((data[channel] ?? 0) - (expected[channel] ?? 0)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(4);
});

test('a size with the background blur has a copy of the picture beside it', async () => {
  const image = newImage();
  const green = { r: 30, g: 170, b: 60 };
  const plain = sharp({ create: { width: 64, height: 64, channels: 3, background: green } });
  await upload(edge, image, await plain.jpeg({ quality: 100 }).toBuffer());
  const size = { w: 96, h: 48, fit: 'contain', f: 'png', bg: 'blur' } as const;
  const made = await edge.get(await pathFor(image.imageId, size));
  const [red = 0, g = 0, blue = 0] = await sharp(await bytesOf(made))
    .raw()
    .toBuffer();
  expect(Math.max(Math.abs(red - green.r), Math.abs(g - green.g), Math.abs(blue - green.b))).toBeLessThanOrEqual(4);
});

test('the format follows the Accept header unless it is named', async () => {
  const { imageId } = await uploaded();
  const path = await pathFor(imageId, { w: 32 });
  const best = await edge.get(path, { accept: 'image/avif,image/webp,*/*' });
  const any = await edge.get(path, { accept: '*/*' });
  const headers = [best, any].map((response) => [response.headers.get('content-type'), response.headers.get('vary')]);
  expect(headers).toEqual([
    ['image/avif', 'Accept'],
    ['image/jpeg', 'Accept'],
  ]);
  const named = await edge.get(await pathFor(imageId, { w: 32, f: 'webp' }), { accept: 'image/avif' });
  expect([named.headers.get('content-type'), named.headers.has('vary')]).toEqual(['image/webp', false]);
});

test('both keys of a tenant are valid, for its images only', async () => {
  const { imageId } = await uploaded();
  for (const kid of ['new', 'old']) {
    expect((await edge.get(await pathFor(imageId, { w: 32, f: 'webp' }, { kid }))).status).toBe(200);
  }
  // Even for a size that is stored already.
  const refused = await edge.get(await pathFor(imageId, { w: 32, f: 'webp' }, { kid: 'theirs' }));
  expect(await problemOf(refused)).toEqual([403, 'signing-key-not-allowed', 'no-store']);
});

test('caches keep a URL until it expires, and no longer', async () => {
  const { imageId } = await uploaded();
  const inSeconds = (seconds: number) => ({ expiresAt: new Date(Date.now() + seconds * 1000) });
  const soon = await edge.get(await pathFor(imageId, { w: 32, f: 'webp' }, inSeconds(100)));
  const [, maxAge, stale] =
    /max-age=(\d+), stale-while-revalidate=(\d+)/.exec(soon.headers.get('cache-control') ?? '') ?? [];
  expect(Number(maxAge)).toBeLessThanOrEqual(100);
  expect(Number(maxAge)).toBeGreaterThan(0);
  expect(stale).toBe('0');
  const over = await edge.get(await pathFor(imageId, { w: 32, f: 'webp' }, inSeconds(-1)));
  expect(await problemOf(over)).toEqual([403, 'signature-expired', 'no-store']);
});

test('an open size needs no signature, in any format', async () => {
  const { imageId } = await uploaded();
  for (const query of ['w=60&h=40&f=webp', 'w=60&h=40&fit=cover&f=jpeg', 'h=40&w=60&f=jpeg&utm_source=mail']) {
    const response = await edge.get(`/images/${imageId}?${query}`);
    expect(await sharp(await bytesOf(response)).metadata()).toMatchObject({ width: 60, height: 40 });
  }
  expect(await storedSizes(imageId)).toHaveLength(2);
});

test('parameters that are not allowed cost no outside call', async () => {
  const { imageId } = await uploaded();
  const valid = await pathFor(
    imageId,
    { w: 40, h: 40, f: 'webp', q: 50 },
    { expiresAt: new Date(Date.now() + 60_000) },
  );
  const start = `/images/${imageId}`;
  const refused: [string, number, string][] = [
    [start, 400, 'invalid-size'],
    [`${start}?w=60&h=41`, 403, 'signature-required'],
    [`${start}?w=60&h=40&fit=inside`, 403, 'signature-required'],
    [`${start}?w=60&h=40&q=90`, 403, 'signature-required'],
    [`${start}?w=60&h=40&dpr=2`, 403, 'signature-required'],
    [`${start}?w=60&h=40&kid=new`, 403, 'signature-required'],
    [`${start}?w=60&w=60&h=40`, 400, 'invalid-size'],
    [`${start}?w=60&%77=61&h=40`, 400, 'invalid-size'],
    [`${start}?w=%EF%BC%96%EF%BC%90&h=40`, 400, 'invalid-size'],
    [`${start}?w=1e9`, 400, 'invalid-size'],
    [`${start}?${'w=1&'.repeat(600)}`, 400, 'invalid-size'],
    [valid.replace('w=40', 'w=4000'), 403, 'invalid-signature'],
    [valid.replace('q=50', 'q=51'), 403, 'invalid-signature'],
    [valid.replace('f=webp', 'f=avif'), 403, 'invalid-signature'],
    [valid.replace(/exp=\d+/, 'exp=9999999999'), 403, 'invalid-signature'],
    [valid.replace(/exp=\d+&/, ''), 403, 'invalid-signature'],
    [valid.replace('kid=new', 'kid=old'), 403, 'invalid-signature'],
    [valid.replace('kid=new', 'kid=theirs'), 403, 'invalid-signature'],
    [valid.replace('kid=new', 'kid=none'), 403, 'unknown-signing-key'],
    [valid.replace(imageId, newImage().imageId), 403, 'invalid-signature'],
    [`${valid}&w=40`, 400, 'invalid-size'],
    [`${valid}&s=${'A'.repeat(43)}`, 400, 'invalid-size'],
  ];
  const before = callsFor(imageId).length;
  for (const [path, status, code] of refused) {
    expect((await problemOf(await edge.get(path))).slice(0, 2), path).toEqual([status, code]);
  }
  expect(callsFor(imageId).length).toBe(before);
  expect((await edge.get(`${valid}&fbclid=1`)).status).toBe(200);
});

test('unknown parameters and headers of a request change neither the picture nor its key', async () => {
  const { imageId } = await uploaded();
  const path = await pathFor(imageId, { w: 48, f: 'webp' });
  const plain = await bytesOf(await edge.get(path));
  const headers = {
    'x-forwarded-host': 'evil.test',
    'x-original-url': '/images/other',
    'x-http-method-override': 'DELETE',
  };
  const poisoned = await edge.get(`${path}&width=9999&W=9&download=a.html&v=1&utm=%00`, headers);
  expect(await bytesOf(poisoned)).toEqual(plain);
  expect(poisoned.headers.has('content-disposition')).toBe(false);
  expect(JSON.stringify([...poisoned.headers])).not.toMatch(/evil|9999|html/);
  expect(await storedSizes(imageId)).toHaveLength(1);
});

test('stored sizes of an image are bounded, and not counted for each request; what is stored goes on being served', async () => {
  const { imageId } = await uploaded();
  const sizes = Array.from({ length: SIZES_MAX }, (_, index) => ({ w: 16, f: 'webp' as const, q: 10 + 5 * index }));
  for (const size of sizes) expect((await edge.get(await pathFor(imageId, size))).status).toBe(200);
  const listings = () => callsFor(imageId).filter((call) => call.startsWith('list'));
  const before = listings().length;
  for (const w of [24, 24, 32]) {
    const refused = await edge.get(await pathFor(imageId, { w, f: 'webp' }));
    expect(await problemOf(refused)).toEqual([403, 'too-many-sizes', 'no-store']);
  }
  expect(listings().length).toBe(before + 1);
  expect((await edge.get(await pathFor(imageId, sizes[0] ?? {}))).status).toBe(200);
  expect((await edge.get(`/images/${imageId}/small.webp`)).status).toBe(200);
  expect(await storedSizes(imageId)).toHaveLength(SIZES_MAX);
});

test('an image that is missing or gone has no sizes', async () => {
  const missing = await edge.get(await pathFor(newImage().imageId, { w: 32 }));
  expect(await problemOf(missing)).toEqual([404, 'picture-not-found', 'public, max-age=2']);
  const image = await uploaded();
  await edge.deletions.begin(image);
  expect(await problemOf(await edge.get(await pathFor(image.imageId, { w: 32 })))).toEqual([
    ...[410, 'image-gone', 'public, max-age=60'],
  ]);
});

test('sizes above the original of a finished image are stored once', async () => {
  const image = await uploaded();
  await publishManifest(edge, image);
  const etags = new Set<string | null>();
  for (const size of [{ w: 600 }, { w: 3000 }, { w: 512 }]) {
    etags.add((await edge.get(await pathFor(image.imageId, { ...size, f: 'webp' }))).headers.get('etag'));
  }
  expect(etags.size).toBe(1);
  const address = { imageId: image.imageId, revision: avatar.revision, visibility: 'public', format: 'webp' } as const;
  const key = sizeKey({ ...address, size: 'w512_inside_q80' });
  expect(await storedSizes(image.imageId)).toEqual([key]);
});

test('Accept never chooses jpeg for a finished image with transparent parts', async () => {
  const image = await uploaded();
  await publishManifest(edge, image, { hasAlpha: true });
  const typeOf = async (size: Partial<AskedSize>) =>
    (await edge.get(await pathFor(image.imageId, { w: 32, ...size }), { accept: '*/*' })).headers.get('content-type');
  expect([await typeOf({}), await typeOf({ f: 'jpeg' })]).toEqual(['image/png', 'image/jpeg']);
});
