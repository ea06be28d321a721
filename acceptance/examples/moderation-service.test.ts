import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longPhoto } from '../test-support/photos.ts';
import { type RunningExample, startExample } from './running-example.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const imageId = '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa';
const pictures: Record<string, Buffer> = {
  '/photo.jpg': await longPhoto(),
  '/flat.jpg': await sharp({ create: { width: 400, height: 400, channels: 3, background: '#ccc' } })
    .jpeg()
    .toBuffer(),
};
const storage = createServer(({ url = '' }, response) => {
  const picture = pictures[url];
  response.writeHead(picture ? 200 : 404).end(picture);
});

let service: RunningExample;
beforeAll(async () => {
  await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
  service = await startExample('moderation-service', { PORT: '0', MODERATION_SECRET: secret });
});
afterAll(async () => {
  storage.closeAllConnections();
  storage.close();
  expect(await service?.stop()).toBe(0);
});

async function ask(change: object, { picture = '/photo.jpg', signer = secret } = {}) {
  const url = `http://127.0.0.1:${(storage.address() as AddressInfo).port}${picture}`;
  const preview = { url, expiresAt: new Date().toISOString(), width: 400, height: 400 };
  const data = { imageId, tenant: 'acme', category: 'product', metadata: {}, preview, ...change };
  const body = JSON.stringify({ type: 'image.moderate', timestamp: new Date().toISOString(), data });
  const now = new Date();
  const response = await fetch(service.url, {
    method: 'POST',
    headers: {
      'webhook-id': 'mod_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(signer).sign('mod_1', now, body),
    },
    body,
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? undefined : JSON.parse(text) };
}

test('allows, holds and rejects, and names the image', async () => {
  expect((await ask({ filename: 'shoe.jpg' })).answer).toEqual({ imageId, verdict: 'allow' });
  expect((await ask({}, { picture: '/flat.jpg' })).answer).toMatchObject({ imageId, verdict: 'hold' });
  expect((await ask({ filename: 'weapon.jpg' })).answer).toMatchObject({ imageId, verdict: 'reject' });
});

test('gives no verdict to a request with another signature, or about a preview that it cannot read', async () => {
  const forged = await ask({}, { signer: `whsec_${randomBytes(32).toString('base64')}` });
  expect(forged).toEqual({ status: 401, answer: undefined });
  expect(await ask({}, { picture: '/missing.jpg' })).toEqual({ status: 500, answer: undefined });
});
