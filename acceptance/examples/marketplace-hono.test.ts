import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImagemill } from '@imagemill/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longPhoto } from '../test-support/photos.ts';
import { connectToBrowser, type SharedStack, sharedStack } from '../test-support/shared.ts';
import { ACTION_TIMEOUT_MS } from '../test-support/shared-browser.ts';
import { type RunningExample, startExample } from './running-example.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

let folder: string;
let stack: SharedStack;
let app: RunningExample;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagemill-marketplace-'));
  stack = await sharedStack();
  const env = { IMAGEMILL_DIR: stack.dir, PORT: '0', DATABASE_FILE: join(folder, 'products.db') };
  app = await startExample('marketplace-hono', env);
});
afterAll(async () => {
  expect(await app?.stop()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

const listing = async () => (await fetch(app.url)).text();
/** Makes images as the seller's page does: through the app, without an API key. */
const seller = () => createImagemill({ baseUrl: `${app.url}/imagemill`, headers: { origin: app.url } });
const sell = (fields: Record<string, string>, origin = app.url) =>
  fetch(`${app.url}/products`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin },
    redirect: 'manual',
  });

test('lists a product with a picture in three formats, and every URL works', async () => {
  const file = new File([new Uint8Array(await longPhoto())], 'flower.jpg', { type: 'image/jpeg' });
  const { imageId } = await seller().upload(file, { category: 'product' });
  expect((await sell({ title: 'A <b>flower</b>', price: '12.50', imageId })).status).toBe(303);
  expect((await sell({ title: 'Once more', price: '1', imageId })).status).toBe(303);

  const page = await listing();
  expect(page).toContain('€12.50');
  expect(page).toContain('A &lt;b&gt;flower&lt;/b&gt;');
  expect(page, 'a form that is sent twice makes one product').not.toContain('Once more');
  const picture = new RegExp(`<picture>(?:(?!</picture>).)*${imageId}.*?</picture>`, 's').exec(page)?.[0] ?? '';
  expect(picture).toMatch(/type="image\/avif".*type="image\/webp".*<img .*width="\d+" height="\d+".*background:#/s);

  const urls = [...new Set(picture.match(/http:[^\s",]+/g))];
  const types = new Set<string>();
  for (const url of urls) {
    const response = await fetch(url);
    expect(response.status, url).toBe(200);
    expect(response.headers.get('cache-control')).toContain('immutable');
    types.add(response.headers.get('content-type') ?? '');
  }
  expect([...types].sort()).toEqual(['image/avif', 'image/jpeg', 'image/webp']);
});

test('lets a page make the calls of an upload and no others, without exposing the key', async () => {
  const id = '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa';
  const status = async (method: string, call: string) =>
    (await fetch(`${app.url}/imagemill/v1${call}`, { method, headers: { origin: app.url } })).status;
  expect(await status('GET', '/images')).toBe(404);
  expect(await status('DELETE', `/images/${id}`)).toBe(404);
  expect(await status('GET', '/images/..%2Fdead-letters')).toBe(404);
  for (const file of ['/seller.html', '/seller.js', '/imagemill.js', '/imagemill-messages.js', '/'])
    expect(await (await fetch(app.url + file)).text()).not.toContain(stack.apiKey);
});

test('rejects a product without a ready image or a price, and requests from other sites', async () => {
  const { imageId } = await seller().requestUpload({
    filename: 'a.jpg',
    contentType: 'image/jpeg',
    contentLength: 10,
    category: 'product',
  });
  const good = { title: 'Not for sale', price: '1', imageId };
  expect((await sell(good)).status).toBe(422);
  expect((await sell({ ...good, price: '-1' })).status).toBe(422);
  expect((await sell({ ...good, imageId: '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa' })).status).toBe(422);
  expect((await sell(good, 'https://elsewhere.example')).status).toBe(403);
  expect(await listing()).not.toContain(good.title);
});

test('a seller uploads in a browser and finds the product in the listing', async (context) => {
  const browser = await connectToBrowser();
  if (typeof browser === 'string') return context.skip(browser);
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  try {
    page.setDefaultTimeout(ACTION_TIMEOUT_MS);
    const troubles: string[] = [];
    page.on('pageerror', ({ message }) => troubles.push(message));
    await page.goto(`${app.url}/seller.html`);
    await page
      .getByLabel('Photo')
      .setInputFiles({ name: 'flower.jpg', mimeType: 'image/jpeg', buffer: await longPhoto() });
    await page.getByLabel('Title').fill('Allium, 1928');
    await page.getByLabel('Price').fill('40');
    await page.getByRole('button', { name: 'List for sale' }).click();
    await page.waitForURL(`${app.url}/`);
    const picture = page.getByRole('img', { name: 'Allium, 1928' });
    const shown = await picture.evaluate(async (img) => {
      await (img as HTMLImageElement).decode();
      return (img as HTMLImageElement).currentSrc;
    });
    expect(shown).toMatch(/\.avif$/);
    expect(troubles).toEqual([]);
    if (!process.env.SCREENSHOTS) return;
    await mkdir(path('../artefacts'), { recursive: true });
    await page.screenshot({ path: path('../artefacts/example-marketplace.png') });
  } finally {
    await page.context().close();
    await browser.close();
  }
});
