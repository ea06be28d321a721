import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPort } from '@imagemill/local-stack';
import sharp from 'sharp';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { longPhoto } from '../test-support/photos.ts';
import { equippedStack, tenantWithWebhooks } from '../test-support/shared.ts';
import { type RunningExample, startExample } from './running-example.ts';

let folder: string;
let tenant: Awaited<ReturnType<typeof tenantWithWebhooks>>;
/** The settings of the example. */
let settings: Record<string, string>;
let app: RunningExample;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagemill-onboarding-'));
  const port = await claimPort('127.0.0.1', 0);
  tenant = await tenantWithWebhooks(`http://127.0.0.1:${port}/webhooks/imagemill`);
  const { apiUrl } = await equippedStack();
  settings = { IMAGEMILL_URL: apiUrl, IMAGEMILL_KEY: tenant.apiKey, WEBHOOK_SECRET: tenant.secret };
  const own = { PORT: String(port), DATABASE_FILE: join(folder, 'users.db') };
  app = await startExample('onboarding-express', { ...settings, ...own });
});
afterAll(async () => {
  expect(await app?.stop()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown, to = app) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(to.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  return { status: response.status, body: await response.json() };
}

/** Uploads a file as the page does. */
async function upload(bytes: Uint8Array<ArrayBuffer>, to = app): Promise<string> {
  const file = { filename: 'me.jpg', contentType: 'image/jpeg', contentLength: bytes.length };
  const { status, body: ticket } = await call('POST', '/avatar-tickets', file, to);
  expect(status).toBe(201);
  expect(JSON.stringify(ticket)).not.toContain(tenant.apiKey);
  const put = await fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: bytes });
  expect(put.status).toBe(200);
  return ticket.imageId;
}

const onboard = (imageId: string, to = app) =>
  call('POST', '/user', { name: 'Eileen', email: `${imageId}@example.com`, imageId }, to);
const userOf = async (id: number, to = app) => (await call('GET', `/user/${id}`, undefined, to)).body;

/** Sends a webhook with the signature of imagemill, or of `signer`. */
async function post(event: unknown, { id = `evt_${randomBytes(4).toString('hex')}`, signer = tenant.secret } = {}) {
  const body = JSON.stringify(event);
  const now = new Date();
  const response = await fetch(`${app.url}/webhooks/imagemill`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(signer).sign(id, now, body),
    },
  });
  return response.status;
}

/** As large as the largest thumbnail. */
const square = async () => {
  const plain = sharp({ create: { width: 400, height: 400, channels: 3, background: '#3377aa' } });
  return new Uint8Array(await plain.jpeg().toBuffer());
};

test('stores a user at once with placeholders, and sets round thumbnails after the webhook', async () => {
  const { status, body: user } = await onboard(await upload(await square()));
  expect(status).toBe(201);
  expect(user.thumbnail100).toBe('/placeholder.svg');
  expect((await fetch(app.url + user.thumbnail100)).headers.get('content-type')).toContain('image/svg+xml');

  const ready = await vi.waitUntil(async () => {
    const now = await userOf(user.id);
    return now.avatarStatus === 'ready' && now;
  }, 15_000);
  for (const size of [100, 200, 400]) {
    const picture = sharp(await (await fetch(ready[`thumbnail${size}`])).bytes());
    expect(await picture.metadata()).toMatchObject({ width: size, height: size, hasAlpha: true });
    const { data } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(data[3], 'the corner is transparent').toBe(0);
  }
});

test('reports a file that is not an image with a clear message, and keeps the placeholder', async () => {
  const { body: user } = await onboard(await upload(new TextEncoder().encode('This is not a photograph.')));
  const rejected = await vi.waitUntil(async () => {
    const now = await userOf(user.id);
    return now.avatarStatus === 'rejected' && now;
  }, 15_000);
  expect(rejected).toMatchObject({ thumbnail400: '/placeholder.svg', avatarError: expect.stringMatching(/\w+ \w+/) });
});

test('applies a webhook only with a valid signature, once, and in order', async () => {
  const { body: user } = await onboard(await upload(new Uint8Array(await longPhoto())));
  await vi.waitUntil(async () => (await userOf(user.id)).avatarStatus === 'ready', 15_000);
  const failed = (sequence: number, message: string) => ({
    type: 'image.failed',
    data: { imageId: user.imageId, status: 'failed', renditions: [], error: { code: 'x', message }, sequence },
  });
  const later = Date.now() * 1000;
  const foreign = `whsec_${randomBytes(32).toString('base64')}`;

  expect(await post(failed(later, 'forged'), { signer: foreign })).toBe(401);
  expect(await post(failed(1, 'late'))).toBe(204);
  expect(await userOf(user.id)).toMatchObject({ avatarStatus: 'ready', avatarError: null });

  expect(await post(failed(later, 'first'), { id: 'evt_once' })).toBe(204);
  expect(await post(failed(later + 1, 'again'), { id: 'evt_once' })).toBe(204);
  const { thumbnail100 } = await userOf(user.id);
  expect(await userOf(user.id)).toMatchObject({ avatarStatus: 'failed', avatarError: 'first' });
  expect(thumbnail100, 'what is live stays').toMatch(/round-small\.webp$/);
});

test('rejects a user without a photo of its own', async () => {
  const nobodys = await onboard('01a206fb-fa12-72e2-9c6c-2ad9049d1cfa');
  expect(nobodys.status).toBe(422);

  const file = { filename: 'me.jpg', contentType: 'image/jpeg', contentLength: 10 };
  const { body: ticket } = await call('POST', '/avatar-tickets', file);
  expect((await onboard(ticket.imageId)).status).toBe(409);

  const imageId = await upload(new Uint8Array(await longPhoto()));
  expect((await onboard(imageId)).status).toBe(201);
  const twice = await call('POST', '/user', { name: 'Mallory', email: 'mallory@example.com', imageId });
  expect(twice.status).toBe(409);
  expect((await call('POST', '/user', { name: '', email: 'no', imageId })).status).toBe(422);
});

test('requests the status from imagemill when no webhook arrives', async () => {
  const unreached = await startExample('onboarding-express', {
    ...settings,
    PORT: '0',
    DATABASE_FILE: join(folder, 'unreached.db'),
    WEBHOOK_PATIENCE_SECONDS: '0',
  });
  const { body: user } = await onboard(await upload(new Uint8Array(await longPhoto()), unreached), unreached);
  const { thumbnail400 } = await vi.waitUntil(async () => {
    const now = await userOf(user.id, unreached);
    return now.avatarStatus === 'ready' && now;
  }, 15_000);
  expect((await fetch(thumbnail400)).status).toBe(200);
  expect(await unreached.stop()).toBe(0);
});
