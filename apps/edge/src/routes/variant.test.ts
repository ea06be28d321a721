import { rejectedManifest } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { CACHE_IMMUTABLE, type Format } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { avatar, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest, subjectOf } from '../test-support/publish-manifest.ts';

const edge = useEdge({ env: { EDGE_MAX_AGE_SECONDS: 120, EDGE_STALE_SECONDS: 600 } });
const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const SOON = 'public, max-age=120, stale-while-revalidate=600';
const OLD = 'aaaaaaaaaaaa';

const friendlyPath = ({ imageId }: RenderImage, file: string) => `/images/${imageId}/${file}`;
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const callsFor = ({ imageId }: RenderImage) => edge.calls.filter((call) => call.includes(imageId));

async function uploaded(): Promise<RenderImage> {
  const image = newImage();
  await upload(edge, image);
  return image;
}

describe('the format', () => {
  test.each<[accept: string | undefined, file: string, format: Format]>([
    [CHROME, 'small', 'avif'],
    ['image/webp,*/*', 'small', 'webp'],
    ['*/*', 'small', 'webp'],
    ['image/avif;q=0.1,image/webp;q=0.2', 'small', 'webp'],
    [undefined, 'large', 'jpeg'],
    ['text/html', 'large', 'jpeg'],
    ['*/*', 'round-small', 'png'],
    [CHROME, 'round-small', 'webp'],
  ])('for Accept: %s, %s is %s', async (accept, file, format) => {
    const image = await uploaded();
    const response = await edge.get(friendlyPath(image, file), accept === undefined ? {} : { accept });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, `image/${format}`]);
    expect(response.headers.get('vary')).toBe('Accept');
    const key = pathOf(image, `${file}.${format}`);
    expect(await bytesOf(response)).toEqual(await bytesOf(await edge.get(key.replace('.jpeg', '.jpg'))));
    const shown = new URL(
      response.headers.get('content-location') ?? '',
      `http://cdn.test${friendlyPath(image, file)}`,
    );
    expect(shown.pathname).toBe(key);
  });

  test('that is named does not depend on Accept', async () => {
    const image = await uploaded();
    const response = await edge.get(friendlyPath(image, 'small.webp'), { accept: 'image/avif' });
    expect([response.headers.get('content-type'), response.headers.get('vary')]).toEqual(['image/webp', null]);
  });

  test('differs between clients, and so does the ETag', async () => {
    const image = await uploaded();
    const path = friendlyPath(image, 'small');
    const [avif, webp] = [await edge.get(path, { accept: CHROME }), await edge.get(path, { accept: 'image/webp' })];
    expect(avif.headers.get('etag')).not.toBe(webp.headers.get('etag'));
    const other = await edge.get(path, { accept: 'image/webp', 'if-none-match': avif.headers.get('etag') ?? '' });
    expect([other.status, other.headers.get('content-type')]).toEqual([200, 'image/webp']);
  });
});

describe('a request', () => {
  test('is answered from the picture that the planned URL shows: one render for both', async () => {
    const image = await uploaded();
    await edge.get(friendlyPath(image, 'small'), { accept: CHROME });
    expect((await edge.get(pathOf(image, 'small.avif'))).headers.get('cache-status')).toContain('hit');
    expect(callsFor(image).filter((call) => call.startsWith('put'))).toHaveLength(1);
  });

  test('for a picture that is known is a 304, before any decode', async () => {
    const image = await uploaded();
    const path = friendlyPath(image, 'small');
    const etag = (await edge.get(path, { accept: CHROME })).headers.get('etag') ?? '';
    edge.services.pictures.forget(pathOf(image, 'small.avif').slice(1));
    edge.calls.length = 0;
    const response = await edge.get(path, { accept: CHROME, 'if-none-match': etag });
    expect([response.status, await response.text()]).toEqual([304, '']);
    expect([response.headers.get('vary'), response.headers.get('cache-control')]).toEqual(['Accept', SOON]);
    expect(callsFor(image).filter((call) => call.includes('original') || call.startsWith('put'))).toEqual([]);
  });

  test('by HEAD has the headers of a GET, and no body', async () => {
    const image = await uploaded();
    const head = await edge.get(friendlyPath(image, 'small'), { accept: CHROME }, 'HEAD');
    const get = await edge.get(friendlyPath(image, 'small'), { accept: CHROME });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const name of ['etag', 'content-length', 'content-type', 'vary', 'cache-control', 'content-location']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  test('for a range gets it', async () => {
    const image = await uploaded();
    const whole = await bytesOf(await edge.get(friendlyPath(image, 'small.webp')));
    const part = await edge.get(friendlyPath(image, 'small.webp'), { range: 'bytes=4-9' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-9/${whole.length}`]);
    expect(await bytesOf(part)).toEqual(whole.subarray(4, 10));
  });

  test('with `download` gets a file with the name and the extension of its format', async () => {
    const image = await uploaded();
    const response = await edge.get(friendlyPath(image, 'small?download=my%20shoe'), { accept: CHROME });
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="my shoe.avif"');
  });

  test('by many at once looks the image up once', async () => {
    const image = await uploaded();
    await publishManifest(edge, image);
    edge.calls.length = 0;
    const path = friendlyPath(image, 'small.webp');
    const responses = await Promise.all(Array.from({ length: 40 }, () => edge.get(path)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(callsFor(image).filter((call) => call.startsWith('open manifests/')).length).toBeLessThanOrEqual(2);
  });
});

describe('caches', () => {
  test('keep the picture as long as the configuration allows, and for a year with its revision', async () => {
    const image = await uploaded();
    const kept = async (file: string) => (await edge.get(friendlyPath(image, file))).headers.get('cache-control');
    expect(await kept('small')).toBe(SOON);
    expect(await kept('small.webp')).toBe(SOON);
    expect(await kept(`small?v=${avatar.revision}`)).toBe(CACHE_IMMUTABLE);
    expect(await kept(`small.webp?v=${avatar.revision}`)).toBe(CACHE_IMMUTABLE);
  });

  test('get the same picture with unknown, repeated and empty parameters', async () => {
    const image = await uploaded();
    const etags = new Set<string | null>();
    for (const query of ['', '?w=1&s=x', '?utm_source=mail', '?V=1', '?__proto__=1', `?v=${avatar.revision}&v=zz`]) {
      etags.add((await edge.get(friendlyPath(image, `small.webp${query}`))).headers.get('etag'));
    }
    expect(etags.size).toBe(1);
    expect(callsFor(image).filter((call) => call.startsWith('put'))).toHaveLength(1);
  });

  test('get no header that repeats what the client sent', async () => {
    const image = await uploaded();
    const headers = {
      accept: 'image/webp, evil/evil',
      'x-forwarded-host': 'evil',
      'x-request-id': 'evil',
      host: 'evil',
    };
    const response = await edge.get(friendlyPath(image, `small?v=${OLD}&evil=evil`), headers);
    expect(response.status).toBe(307);
    expect(JSON.stringify([...response.headers])).not.toContain('evil');
  });
});

describe('an image', () => {
  test('that is deleted or rejected is gone, and one that is not uploaded is not found', async () => {
    const [deleted, rejected, awaited] = [await uploaded(), await uploaded(), newImage()];
    await edge.deletions.begin(deleted);
    const reason = { code: 'corrupt', publicMessage: '' };
    await edge.manifests.publish(rejectedManifest(await subjectOf(edge, rejected), reason), undefined);
    await edge.queue.add(awaited, 3600_000);
    for (const file of ['small', 'small.webp', `small?v=${avatar.revision}`]) {
      const responses = await Promise.all(
        [deleted, rejected, awaited, newImage()].map((image) => edge.get(friendlyPath(image, file))),
      );
      expect(responses.map(({ status }) => status)).toEqual([410, 410, 404, 404]);
      expect(await responses[0]?.json()).toMatchObject({ code: 'image-gone', title: 'Gone' });
      const kept = responses.map(({ headers }) => headers.get('cache-control'));
      expect(kept).toEqual(['public, max-age=60', 'public, max-age=60', 'public, max-age=2', 'public, max-age=2']);
    }
  });

  test('without the variant or format is a 404', async () => {
    const image = await uploaded();
    for (const file of ['retina', 'small.png', 'small.jpg', `retina?v=${avatar.revision}`]) {
      expect((await edge.get(friendlyPath(image, file))).status).toBe(404);
    }
  });
});

test('a path or revision of another form is a 404 without any call', async () => {
  const image = newImage();
  const { imageId } = image;
  edge.calls.length = 0;
  const paths = [
    ...[
      'small.jpeg',
      'small.gif',
      'small.webp.webp',
      'small.',
      '.webp',
      'Small',
      'small.WEBP',
      'small/',
      '-small',
      'small,w=9',
    ],
    ...['small?v=', 'small?v=1', 'small?v=AAAAAAAAAAAA', `small?v=${OLD}0`, 'a'.repeat(33)],
  ].map((file) => friendlyPath(image, file));
  const others = [
    `/images/${imageId.toUpperCase()}/small`,
    `/images/${imageId.replaceAll('-', '')}/small`,
    `/images/${imageId.slice(-2)}/${imageId}/small`,
    `/images/${imageId}/${OLD}/small.webp`,
    `/images/fa/${imageId}`,
    `//images/${imageId}/small`,
  ];
  for (const path of [...paths, ...others]) expect([path, (await edge.get(path)).status]).toEqual([path, 404]);
  for (const path of [`/images/${imageId}/%73mall`, `/images/${imageId}/x%2f..%2fsmall`]) {
    expect([path, (await edge.get(path)).status]).toEqual([path, 400]);
  }
  expect(callsFor(image)).toEqual([]);
});
