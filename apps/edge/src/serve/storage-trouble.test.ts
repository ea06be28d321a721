import { createLogger } from '@imagemill/service';
import type { ObjectReader, ObjectStorage } from '@imagemill/storage';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { newImage, pathOf, useEdge } from '../test-support/edge-harness.ts';

/** More than the edge holds in memory. */
const LARGE = Buffer.alloc(300 * 1024, 'picture');

type ObjectBody = ObjectReader['body'];

const lines: string[] = [];
/** Set by a test: called before an object is opened. */
let beforeOpen: (key: string, isPart: boolean) => Promise<void> = async () => {};
/** Set by a test: reads the body of an open object. */
let readBody: (body: ObjectBody) => ObjectBody = (body) => body;

const edge = useEdge({
  logger: createLogger('edge', 'error', { write: (line) => void lines.push(line) }),
  wrap: (storage): ObjectStorage => ({
    ...storage,
    async open(key, options) {
      await beforeOpen(key, options?.range !== undefined);
      const object = await storage.open(key, options);
      return object && { ...object, body: readBody(object.body) };
    },
  }),
});
let base: string;
beforeAll(async () => {
  base = `http://127.0.0.1:${await edge.listen()}`;
});

async function storedPicture() {
  const path = pathOf(newImage());
  await edge.storage.put({ key: path.slice(1), body: LARGE, contentType: 'image/webp', cacheControl: 'public' });
  onTestFinished(() => {
    beforeOpen = async () => {};
    readBody = (body) => body;
  });
  return path;
}

async function* breaking(body: ObjectBody) {
  for await (const part of body) {
    yield part.subarray(0, 1);
    throw new Error('The storage is away.');
  }
}

test.each([{}, { range: 'bytes=0-299999' }])(
  'cuts a response short if the storage fails in the middle of it, and logs that in one line: %j',
  async (headers) => {
    const path = await storedPicture();
    readBody = breaking;
    lines.length = 0;
    const printed = vi.spyOn(console, 'error');
    onTestFinished(() => printed.mockRestore());
    await expect(fetch(`${base}${path}`, { headers }).then((response) => response.arrayBuffer())).rejects.toThrow();
    expect(printed).not.toHaveBeenCalled();
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['response cut short']);
  },
);

test('a part of a picture that is deleted before it is read is not found', async () => {
  const path = await storedPicture();
  beforeOpen = async (key, isPart) => {
    if (isPart) await edge.storage.delete(key);
  };
  const response = await edge.get(path, { range: 'bytes=0-9' });
  expect([response.status, (await response.json()).code]).toEqual([404, 'picture-not-found']);
});
