import { createImagemill, type Image, type UploadTicket } from '@imagemill/client';
import { beforeAll, expect, test } from 'vitest';
import { grainyPhoto } from '../test-support/photos.ts';
import { type SharedStack, sharedStack } from '../test-support/shared.ts';

let stack: SharedStack;
let photo: Blob;
beforeAll(async () => {
  stack = await sharedStack();
  photo = new File([new Uint8Array(await grainyPhoto())], 'shoe.jpg', { type: 'image/jpeg' });
});

type Fetch = typeof fetch;

/** A client that records its GET requests, and uses the response of `instead` if it returns one. */
function listening(instead: (url: string, ask: () => Promise<Response>) => Promise<Response> = (_, ask) => ask()) {
  const asked: string[] = [];
  const noting = async (...[url, init]: Parameters<Fetch>) => {
    if (init?.method !== 'GET') return fetch(url, init);
    asked.push(String(url).endsWith('/events') ? 'events' : 'status');
    return instead(String(url), () => fetch(url, init));
  };
  return { asked, client: createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: noting }) };
}

test('follows an upload through live events, on one connection and without polling', async () => {
  const { client, asked } = listening();
  const image = await client.upload(photo, { category: 'product' });
  expect(image).toMatchObject({ status: 'ready', progress: { done: 12, total: 12 } });
  expect(asked).toEqual(['events']);
});

test('yields each rendition as it goes live, and ends with the status of the API', async () => {
  const { client } = listening();
  let ticket: UploadTicket | undefined;
  const seen: Image[] = [];
  const onTicket = (issued: UploadTicket) => {
    ticket = issued;
  };
  const { imageId } = await client.upload(photo, { category: 'product', wait: 'uploaded', onTicket });
  for await (const image of client.followImage(ticket ?? imageId)) seen.push(image);
  const done = seen.map(({ renditions }) => renditions.length);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(seen.every(({ progress, renditions }) => progress.done === renditions.length)).toBe(true);
  expect(seen.at(-1)).toEqual(await client.getImage(imageId));
});

test('resumes a lost connection after its last event', async () => {
  const lastEventIds: (string | null)[] = [];
  const losing: Fetch = async (url, init) => {
    if (!String(url).endsWith('/events')) return fetch(url, init);
    lastEventIds.push(new Headers(init?.headers).get('last-event-id'));
    const response = await fetch(url, init);
    return lastEventIds.length > 1 ? response : new Response(firstEventOf(response), response);
  };
  const client = createImagemill({ baseUrl: stack.apiUrl, apiKey: stack.apiKey, fetch: losing });
  const image = await client.upload(photo, { category: 'product' });
  expect(image.renditions).toHaveLength(12);
  expect(lastEventIds).toEqual([null, expect.stringMatching(/^[a-z-]+\./)]);
});

test('polls when events do not arrive', async () => {
  const { client, asked } = listening((url, ask) =>
    url.endsWith('/events') ? Promise.resolve(new Response('not here', { status: 404 })) : ask(),
  );
  expect(await client.upload(photo, { category: 'tiny' })).toMatchObject({ status: 'ready' });
  expect(asked.filter((what) => what === 'events')).toHaveLength(1);
  expect(asked).toContain('status');
});

test('ends the wait if the image is deleted', async () => {
  const { client } = listening();
  const request = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 9, category: 'product' };
  const { imageId } = await client.requestUpload(request);
  const wait = client.waitUntilReady(imageId, { onImage: () => void client.deleteImage(imageId) });
  await expect(wait).rejects.toMatchObject({ name: 'ImageEndedError', code: 'image-deleted' });
});

/** The stream up to its first event, followed by an error, as on a broken connection. */
function firstEventOf({ body }: Response): ReadableStream<Uint8Array> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  return new ReadableStream({
    async pull(controller) {
      if (text.includes('\ndata: ')) {
        await reader.cancel();
        return controller.error(new TypeError('terminated'));
      }
      const { value = new Uint8Array() } = await reader.read();
      text += new TextDecoder().decode(value);
      controller.enqueue(value);
    },
  });
}
