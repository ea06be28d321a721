import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { grainyPhoto } from './test-support/photos.ts';
import { createSeller, type Image, type Rendition, type Ticket } from './test-support/seller.ts';
import { sharedStack } from './test-support/shared.ts';

let seller: ReturnType<typeof createSeller>;
beforeAll(async () => {
  seller = createSeller(await sharedStack());
});

interface PartsTicket extends Ticket {
  readonly partSize: number;
}

interface SignedParts {
  readonly parts: readonly { partNumber: number; url: string; headers: Record<string, string> }[];
}

const sample = (name: string) => readFile(new URL(`../examples/photos/${name}`, import.meta.url));
const mediaTypes: Record<string, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
};

async function fetched({ url }: Rendition) {
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, facts: await sharp(bytes).metadata() };
}

function describeCategory(category: string, photo: string, count: number, chosenBy?: string) {
  describe(`a real photograph uploaded as ${category}`, () => {
    let image: Image;
    let ticket: Ticket;
    beforeAll(async () => {
      ({ image, ticket } = await seller.upload({ bytes: await sample(photo), category }));
    });

    test('becomes ready in one attempt, with all its renditions', () => {
      expect(image).toMatchObject({ status: 'ready', attempts: 1, progress: { done: count, total: count } });
      expect(image.placeholder).toBeTruthy();
      expect(image.chosenFocus?.by).toBe(chosenBy);
      expect(image.skipped).toBeUndefined();
    });

    test("has its renditions at the ticket's URLs", () => {
      const places = (list: readonly { variant: string; format: string; url: string }[]) =>
        list.map(({ variant, format, url }) => ({ variant, format, url }));
      expect(places(image.renditions)).toEqual(places(ticket.renditions));
    });

    test('has immutable renditions with the announced format, type, dimensions and bytes', async () => {
      for (const rendition of image.renditions) {
        const { status, headers, bytes, facts } = await fetched(rendition);
        expect(status, rendition.url).toBe(200);
        expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        expect(headers.get('content-type')).toBe(mediaTypes[rendition.format]);
        expect(facts.format === 'heif' ? facts.compression === 'av1' && 'avif' : facts.format).toBe(rendition.format);
        expect({ width: facts.width, height: facts.height, bytes: bytes.length }).toEqual({
          width: rendition.width,
          height: rendition.height,
          bytes: rendition.bytes,
        });
      }
    });
  });
}
describeCategory('product', 'product.jpg', 12);
describeCategory('avatar', 'avatar.jpg', 13, 'face');

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3377aa' } });

test('never enlarges a small source, and keeps the aspect ratio of a cover variant', async () => {
  const bytes = await plain(200, 300).jpeg().toBuffer();
  const { image } = await seller.upload({ bytes, category: 'avatar' });
  const sizes = image.renditions.map(({ variant, width, height }) => `${variant} ${width}×${height}`);
  expect(new Set(sizes)).toEqual(
    new Set([
      'small 48×48',
      'medium 128×128',
      'large 200×200',
      'round-small 100×100',
      'round-medium 200×200',
      'round-large 200×200',
    ]),
  );
});

test("a rotated phone photograph becomes upright, and loses the phone's metadata", async () => {
  // As stored by the sensor: 400×300, red on the left. Orientation 6 makes the left side the top.
  const bytes = await plain(400, 300)
    .composite([{ input: await plain(200, 300).tint('#ff0000').png().toBuffer(), left: 0, top: 0 }])
    .withExif({ IFD0: { Make: 'Phone' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95 })
    .toBuffer();
  const { image } = await seller.upload({ bytes });
  expect(image.source).toMatchObject({ width: 300, height: 400, orientation: 6 });
  const small = image.renditions.find(({ variant, format }) => variant === 'small' && format === 'webp') as Rendition;
  const { bytes: made, facts } = await fetched(small);
  expect(facts).toMatchObject({ width: 225, height: 300 });
  expect([facts.exif, facts.xmp, facts.icc, facts.orientation]).toEqual([undefined, undefined, undefined, undefined]);
  const pixel = async (top: number) => {
    const [red = 0, , blue = 0] = await sharp(made).extract({ left: 112, top, width: 1, height: 1 }).raw().toBuffer();
    return red > blue ? 'red' : 'blue';
  };
  expect([await pixel(20), await pixel(280)]).toEqual(['red', 'blue']);
});

test('a large file is uploaded in parts, and resumes after a broken connection', async () => {
  const bytes = await plain(2400, 2400).png({ compressionLevel: 0 }).toBuffer();
  const request = { filename: 'large.png', contentType: 'image/png', contentLength: bytes.length, category: 'avatar' };
  const ticket = await seller.call<PartsTicket>('POST', '/v1/images/upload-url', { ...request, method: 'MULTIPART' });
  expect(ticket).toMatchObject({ method: 'MULTIPART', partCount: 3 });
  const path = `/v1/images/${ticket.imageId}/parts`;
  async function send(...partNumbers: number[]) {
    const { parts } = await seller.call<SignedParts>('POST', path, { partNumbers });
    const sent = parts.map(({ partNumber, url, headers }) => {
      const at = (partNumber - 1) * ticket.partSize;
      return fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes.subarray(at, at + ticket.partSize)) });
    });
    for (const { status } of await Promise.all(sent)) expect(status).toBe(200);
  }
  await send(1, 3);
  await expect(seller.complete(ticket.imageId)).rejects.toThrow('"missingParts":[2]');
  const there = await seller.call<{ parts: { partNumber: number }[] }>('GET', path);
  expect(there.parts.map(({ partNumber }) => partNumber)).toEqual([1, 3]);
  await send(2);
  await seller.complete(ticket.imageId);
  expect(await seller.ended(ticket.imageId)).toMatchObject({ status: 'ready', source: { bytes: bytes.length } });
});

test('finds an upload that was never reported', async () => {
  const bytes = await plain(64, 64).png().toBuffer();
  const ticket = await seller.ticket({ bytes, contentType: 'image/png' });
  await seller.put(ticket, bytes);
  expect((await seller.ended(ticket.imageId)).status).toBe('ready');
});

test('a file that is not an image is rejected with a message for the seller, and stays rejected', async () => {
  const bytes = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const { image } = await seller.upload({ bytes });
  expect(image).toMatchObject({ status: 'rejected', renditions: [], error: { code: 'unsupported-format' } });
  expect(image.error?.message).toMatch(/\w+ \w+/);
  expect(await seller.complete(image.imageId)).toMatchObject({ status: 'rejected' });
});

test('reports progress while an image is being processed', async () => {
  const seen = new Set<number>();
  const bytes = await grainyPhoto();
  const ticket = await seller.ticket({ bytes, category: 'avatar' });
  await seller.put(ticket, bytes);
  await seller.complete(ticket.imageId);
  for (
    let image = await seller.image(ticket.imageId);
    image.status !== 'ready';
    image = await seller.image(ticket.imageId)
  ) {
    seen.add(image.progress.done);
    expect(image.progress.total).toBe(13);
    expect(image.renditions).toHaveLength(image.progress.done);
  }
  expect(seen.size).toBeGreaterThan(1);
});
