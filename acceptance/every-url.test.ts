import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { createSeller, type Photo, type Rendition, type Ticket } from './test-support/seller.ts';
import { equippedStack } from './test-support/shared.ts';

const bytes = await longPhoto();

let stack: Awaited<ReturnType<typeof equippedStack>>;
let seller: ReturnType<typeof createSeller>;
beforeAll(async () => {
  stack = await equippedStack();
  seller = createSeller(stack);
});

const extensions: Record<string, string> = { jpeg: 'jpg' };

/** The picture at a URL of the edge: its form, and where it came from. */
async function shownAt(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const body = Buffer.from(await response.arrayBuffer());
  expect(response.status, `${url}: ${body.toString('latin1', 0, 200)}`).toBe(200);
  const { width, height } = await sharp(body).metadata();
  const origin = response.headers.get('cache-status') ?? '';
  return { body, width, height, type: response.headers.get('content-type'), origin };
}

const nameOf = ({ variant, format }: Pick<Rendition, 'variant' | 'format'>) => `${variant}.${format}`;

/** The pictures of a ticket, each from its own URL. No worker runs: the upload is not reported, and the stack does not look for it. */
async function picturesOf({ renditions }: Ticket) {
  const pictures = new Map<string, Awaited<ReturnType<typeof shownAt>>>();
  for (const rendition of renditions) {
    const picture = await shownAt(rendition.url);
    expect(picture.type).toBe(`image/${rendition.format}`);
    expect(picture.origin).toBe('imagemill; fwd=miss; stored');
    pictures.set(nameOf(rendition), picture);
  }
  return pictures;
}

async function sizeUrl(imageId: string): Promise<string> {
  const { url } = await seller.call<{ url: string }>('GET', `/v1/images/${imageId}/size-url?w=24&f=webp`);
  return url;
}

const photos: Record<string, Omit<Photo, 'bytes'>> = {
  'a product': { category: 'product' },
  'an avatar': { category: 'avatar' },
  'a sharpened image with an entry on request': { category: 'lazy', enhance: 'sharpen' },
  'a private image': { category: 'papers' },
};

test.each(Object.entries(photos))(
  'every URL of %s shows its picture: of the ticket before any worker has run, of the status, with the size that it promises, afterwards',
  async (_what, options) => {
    const photo = { bytes, ...options };
    const ticket = await seller.ticket(photo);
    await seller.put(ticket, bytes);
    const byEdge = await picturesOf(ticket);
    expect((await shownAt(await sizeUrl(ticket.imageId))).width).toBe(24);
    expect((await seller.image(ticket.imageId)).status).toBe('awaiting-upload');

    const { image } = await seller.upload(photo);
    expect(image.renditions.map(nameOf).sort()).toEqual([...byEdge.keys()].sort());
    for (const rendition of image.renditions) {
      const { url, variant, format, width, height, planned, atMost } = rendition;
      const picture = await shownAt(url);
      expect(picture.origin).toMatch(planned ? /; fwd=miss; stored$/ : /; hit;/);
      if (!atMost) expect([picture.width, picture.height], url).toEqual([width, height]);
      const others = [byEdge.get(nameOf(rendition))];
      if (photo.category !== 'papers') {
        const friendly = `${stack.edgeUrl}/images/${image.imageId}/${variant}`;
        others.push(await shownAt(`${friendly}.${extensions[format] ?? format}`));
        others.push(await shownAt(friendly, { accept: `image/${format}` }));
      }
      for (const other of others)
        expect(other?.type === picture.type && other.body.equals(picture.body), url).toBe(true);
    }
    expect((await shownAt(await sizeUrl(image.imageId))).width).toBe(24);
  },
);
