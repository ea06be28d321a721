import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultProxy, startFaultProxy } from '@imagemill/local-stack/test-support';
import { workerCanaryKey } from '@imagemill/variants';
import { afterAll, expect, inject, test, vi } from 'vitest';
import { longPhoto } from '../test-support/photos.ts';
import { createSeller } from '../test-support/seller.ts';
import { useConsole } from './console-page.ts';

const tiny = { name: 'tiny', width: 64, height: 64, fit: 'inside', format: 'webp', quality: 80 };

let storage: FaultProxy | undefined;
let folder: string | undefined;
let deliveries = 0;
let purgeStatus = 410;
const receiver = createServer(async (request, response) => {
  if (request.url === '/moderation') {
    const { data } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString('utf8'));
    const hold = { imageId: data.imageId, verdict: 'hold', code: 'phone-number' };
    return response.end(JSON.stringify(hold));
  }
  request.resume();
  const isPurge = request.url === '/purge';
  if (!isPurge) deliveries += 1;
  response.writeHead(isPurge ? purgeStatus : 204).end();
});

const page = useConsole(async () => {
  storage = await startFaultProxy(inject('servers').s3.endpoint);
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const url = `${receiverUrl}/hooks`;
  folder = await mkdtemp(join(tmpdir(), 'imagemill-operator-'));
  const file = join(folder, 'endpoints.json');
  const secrets = [`whsec_${randomBytes(32).toString('base64')}`];
  const sets = join(folder, 'variant-sets.json');
  await writeFile(sets, JSON.stringify({ moderated: { moderation: true, variants: [tiny] } }));
  await writeFile(file, JSON.stringify({ demo: { url, secrets } }));
  return {
    S3_ENDPOINT: storage.endpoint,
    UPLOAD_CHECK_DELAY_MS: '500',
    WEBHOOK_ENDPOINTS_FILE: file,
    WEBHOOK_ALLOW_PRIVATE: 'true',
    VARIANT_SETS_FILE: sets,
    MODERATION_URL: `${receiverUrl}/moderation`,
    MODERATION_SECRETS: secrets.join(','),
    MODERATION_ALLOW_PRIVATE: 'true',
    PURGE_WEBHOOK_URL: `${receiverUrl}/purge`,
    PURGE_WEBHOOK_SECRETS: secrets.join(','),
  };
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await storage?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** Uploads images to a storage that reports them and refuses to send them: each image becomes a dead letter. */
async function deadLetters(number: number): Promise<string[]> {
  const seller = createSeller(page.stack());
  const bytes = await longPhoto();
  storage?.misbehave(({ method, url = '' }) =>
    method === 'GET' && !url.includes(workerCanaryKey) && !url.includes('list-type=2') ? 'refuse' : undefined,
  );
  const uploads = Array.from({ length: number }, async () => {
    const ticket = await seller.ticket({ bytes, category: 'product' });
    await seller.put(ticket, bytes);
    return ticket.imageId;
  });
  return Promise.all(uploads);
}

test('redrives dead letters one by one and by code, and discards them', async () => {
  const seller = createSeller(page.stack());
  const on = await page.open({ at: '#/operator' });
  const imageIds = await deadLetters(4);
  const untilReady = (imageId: string) => vi.waitUntil(async () => (await seller.image(imageId)).status === 'ready');
  const [one = '', given = '', ...others] = imageIds;
  const letters = on.getByRole('region', { name: 'Dead letters' }).getByRole('listitem');
  const letter = (imageId: string) => letters.filter({ has: on.getByTitle(imageId) });
  await letters.nth(3).waitFor();
  expect(await letters.count()).toBe(4);
  expect(await letter(one).textContent()).toContain('storage-refused');
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'dead-letters');

  storage?.misbehave(undefined);
  await letter(one)
    .first()
    .getByRole('button', { name: /Redrive/ })
    .click();
  await untilReady(one);
  await letter(given)
    .getByRole('button', { name: /^Discard/ })
    .click();
  await letter(given)
    .getByRole('button', { name: /^Really discard/ })
    .click();
  await vi.waitFor(async () => expect(await letters.count()).toBe(2));
  expect((await seller.image(given)).status).toBe('failed');

  await on.getByRole('button', { name: 'Redrive all storage-refused' }).click();
  for (const imageId of others) await untilReady(imageId);
  await on.getByText('No dead letters.').waitFor();
});

test('shows held images with their previews, and releases or rejects them', async () => {
  const seller = createSeller(page.stack());
  const bytes = await longPhoto();
  const hold = async (filename: string) => {
    const ticket = await seller.ticket({ bytes, category: 'moderated', filename });
    await seller.put(ticket, bytes);
    await seller.complete(ticket.imageId);
    await vi.waitUntil(async () => (await seller.image(ticket.imageId)).status === 'held');
    return ticket.imageId;
  };
  const [good, bad] = [await hold('good.jpg'), await hold('bad.jpg')];
  const on = await page.open({ at: '#/operator' });
  const held = on.getByRole('region', { name: 'Held images' }).getByRole('listitem');
  await held.nth(1).waitFor();
  expect(await held.first().textContent()).toContain('phone-number');
  const preview = on.getByRole('img', { name: 'Preview of good.jpg' });
  await vi.waitUntil(() => preview.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0));
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'held-images');

  await on.getByRole('button', { name: 'Release good.jpg' }).click();
  expect((await seller.ended(good)).status).toBe('ready');
  await on.getByRole('button', { name: 'Reject bad.jpg' }).click();
  await on.getByRole('button', { name: 'Really reject bad.jpg?' }).click();
  expect(await seller.ended(bad)).toMatchObject({ status: 'rejected', error: { code: 'moderation-rejected' } });
  await on.getByText('No images are waiting for moderation.').waitFor();
});

test('shows a webhook delivery with the response of its endpoint, and replays it', async () => {
  const bytes = await longPhoto();
  const { image } = await createSeller(page.stack()).upload({ bytes, category: 'product' });
  const on = await page.open({ at: '#/operator' });
  const list = on.getByRole('region', { name: 'Webhook deliveries' }).getByRole('listitem');
  const delivery = list.filter({ has: on.getByTitle(image.imageId) });
  await delivery.filter({ hasText: /^delivered.*attempt 1: 204/ }).waitFor();
  const before = deliveries;
  await delivery.getByRole('button', { name: /^Replay image.ready/ }).click();
  await vi.waitFor(() => expect(deliveries).toBeGreaterThan(before));
  await delivery.filter({ hasText: 'attempt 2: 204' }).waitFor();
  expect(await on.getByText('Throughput, images per second').count()).toBe(1);
  await page.shoot(on, 'operator');
});

test('lists the purge of a deleted image that the CDN refuses, and redrives it', async () => {
  const bytes = await longPhoto();
  const seller = createSeller(page.stack());
  const { image } = await seller.upload({ bytes, category: 'product' });
  const on = await page.open({ at: '#/operator' });
  const { apiUrl, apiKey } = page.stack();
  const headers = { authorization: `Bearer ${apiKey}` };
  const deleted = await fetch(`${apiUrl}/v1/images/${image.imageId}`, { method: 'DELETE', headers });
  expect(deleted.status).toBe(204);
  const purges = on.getByRole('region', { name: 'Failed purges' }).getByRole('listitem');
  const purge = purges.filter({ has: on.getByTitle(image.imageId) });
  await purge.filter({ hasText: /webhook: status-410.*deleted · 1 attempt/ }).waitFor();
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'failed-purges');

  purgeStatus = 204;
  await purge.getByRole('button', { name: /^Redrive/ }).click();
  await purge.waitFor({ state: 'detached' });
});

test("opens BullMQ's board in another tab, without exposing the key", async () => {
  const on = await page.open({ at: '#/operator' });
  const opened = on.waitForEvent('popup');
  await on.getByRole('button', { name: /BullMQ/ }).click();
  const board = await opened;
  await board.getByRole('link', { name: 'webhooks' }).first().waitFor();
  const [cookie, ...others] = await on.context().cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ path: '/board', httpOnly: true, sameSite: 'Strict' });
  expect(cookie?.value).not.toContain(page.stack().adminKey);
  await page.shoot(board, 'board');
});

test('makes no further call with a refused admin key, until another is entered', async () => {
  const on = await page.open({ at: '#/operator' });
  await on.getByRole('heading', { name: 'Dead letters' }).waitFor();
  await on.clock.install();
  const enter = async (key: string) => {
    await on.getByLabel(/^Admin key/).fill(key);
    await on.getByRole('button', { name: 'Use these keys' }).click();
  };
  await on.getByRole('button', { name: 'Keys' }).click();
  await enter('im_live_wrong');
  await on.getByText('This API key is not valid.').waitFor();
  expect(await page.flaws(on)).toEqual([]);
  const calls: string[] = [];
  on.on('request', (request) => calls.push(request.url()));
  await on.clock.runFor(60_000);
  expect(calls).toEqual([]);
  await on.getByRole('button', { name: 'Enter another key' }).click();
  await enter(page.stack().adminKey);
  await on.getByRole('heading', { name: 'Dead letters' }).waitFor();
  page.expectTrouble(/401/);
});
