// Over 250 lines: one page, and each of its actions.

import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import { grainyPhoto, longPhoto } from '../test-support/photos.ts';
import { cheapPhoto, useConsole } from './console-page.ts';

const page = useConsole('equipped');

const files = (on: Page) => on.locator('input[type=file]');
const card = (on: Page, name: string) => on.getByRole('listitem').filter({ has: on.getByRole('heading', { name }) });
const status = (on: Page, name: string) => card(on, name).getAttribute('data-status');
/** The page waits: a test that asks it again and again costs more than what it waits for. */
const until = (on: Page, name: string, state: string) =>
  card(on, name)
    .and(on.locator(`[data-status=${state}]`))
    .waitFor();
const untilReady = async (on: Page, ...names: string[]) => {
  for (const name of names) await until(on, name, 'ready');
};

/** For a test that does not look at renditions: this category has one. */
const inCheapCategory = (on: Page) => on.getByRole('radio', { name: 'Profile banner' }).check();

/** The pixels of the picture of any size, once it is shown with these facts. */
async function sizedPicture(on: Page, facts: string): Promise<string> {
  const form = on.getByRole('region', { name: 'Any size' });
  await form.getByText(facts).waitFor();
  const shown = form.getByRole('img');
  return shown.evaluate((img: HTMLImageElement) => `${img.naturalWidth}×${img.naturalHeight}`);
}

test('the address that start prints opens the console with its keys, and hides them at once', async () => {
  const on = await page.open({ keys: 'printed' });
  expect(new URL(on.url()).hash).toBe('');
  expect(await on.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await on.reload();
  expect(await on.getByRole('button', { name: 'Choose photographs' }).isVisible()).toBe(true);
  const { cookies } = await on.context().storageState();
  expect(cookies).toEqual([]);
  expect(await on.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test('uploads several photographs concurrently, and shows the renditions of each, the smallest first', async () => {
  const on = await page.open();
  const stream = on.waitForResponse((response) => response.url().endsWith('/events'));
  // Every number of renditions that a card has shown.
  await on.evaluate(() => {
    const seen: Record<string, number[]> = {};
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      for (const photo of document.querySelectorAll('li.photo')) {
        const name = photo.querySelector('h2')?.textContent ?? '';
        const counts = seen[name] ?? [];
        seen[name] = counts;
        const count = photo.querySelectorAll('a.chip').length;
        if (counts.at(-1) !== count) counts.push(count);
      }
    }).observe(document.body, { subtree: true, childList: true });
  });
  const buffer = await grainyPhoto();
  const grainy = (name: string) => ({ name, mimeType: 'image/jpeg', buffer });
  await files(on).setInputFiles(['product.jpg', 'avatar.jpg'].map(grainy));
  expect((await stream).headers()['content-type']).toMatch(/^text\/event-stream/);
  await untilReady(on, 'product.jpg', 'avatar.jpg');
  const seen = await on.evaluate(() => (globalThis as unknown as { seen: Record<string, number[]> }).seen);
  for (const counts of Object.values(seen)) {
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBe(12);
  }
  expect(Object.values(seen).some((counts) => counts.length > 2)).toBe(true);
  const chips = await card(on, 'product.jpg').locator('a.chip').allTextContents();
  expect(chips[0]).toMatch(/^thumb/);
  expect(await on.getByRole('status').textContent()).toMatch(/is ready: 12 renditions/);
  await page.shoot(on, 'photographs');
});

test('uploads a dropped file with an unknown media type, in the chosen category', async () => {
  const on = await page.open();
  await on.getByRole('radio', { name: 'Avatar' }).check();
  const bytes = (
    await sharp(await longPhoto())
      .tiff()
      .toBuffer()
  ).toString('base64');
  const dropped = await on.evaluateHandle((base64) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    data.items.add(new File([content], 'dropped.TIF'));
    return data;
  }, bytes);
  for (const type of ['dragover', 'drop']) await on.dispatchEvent('body', type, { dataTransfer: dropped });
  await untilReady(on, 'dropped.TIF');
  expect(await card(on, 'dropped.TIF').locator('a.chip').allTextContents()).toContain('round-large png');
});

test('offers the categories of the deployment', async () => {
  const on = await page.open();
  await on.getByRole('radio', { name: 'Profile banner' }).check();
  await files(on).setInputFiles(await cheapPhoto('product.jpg'));
  await untilReady(on, 'product.jpg');
  expect(await card(on, 'product.jpg').locator('a.chip').allTextContents()).toEqual(['wide webp']);
});

test('shows a private photograph with its signed URLs, and no friendly URL', async () => {
  // The tenant that has a signing key.
  const on = await page.open({ keys: 'printed' });
  await on.getByRole('radio', { name: 'Papers' }).check();
  await files(on).setInputFiles(await cheapPhoto('passport.jpg'));
  await untilReady(on, 'passport.jpg');
  await on.reload();
  await untilReady(on, 'passport.jpg');
  const shown = card(on, 'passport.jpg').getByRole('img', { name: 'passport.jpg' });
  expect(await shown.getAttribute('src')).toMatch(/\/private\/.*\/page\.webp\?exp=\d+&kid=local&s=/);
  await vi.waitFor(async () =>
    expect(await shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(1),
  );
  await on.getByRole('button', { name: 'Details of passport.jpg' }).click();
  const dialog = on.getByRole('dialog', { name: 'passport.jpg' });
  expect(await dialog.getByText('Private: this URL works until').isVisible()).toBe(true);
  expect(await dialog.getByRole('link', { name: 'Friendly URL' }).count()).toBe(0);

  await dialog.getByLabel('Width').fill('40');
  await dialog.getByRole('button', { name: 'Show' }).click();
  expect(await sizedPicture(on, '40 × 53 pixels')).toBe('40×53');
});

test('shows a photograph at any size, with its URL to copy, its pixels and its bytes', async () => {
  const on = await page.open({ keys: 'printed', permissions: ['clipboard-read', 'clipboard-write'] });
  await inCheapCategory(on);
  // More than 1 kB at that size: the page shows less in bytes.
  await files(on).setInputFiles({ ...(await cheapPhoto('sized.jpg')), buffer: await grainyPhoto() });
  await untilReady(on, 'sized.jpg');
  await on.getByRole('button', { name: 'Details of sized.jpg' }).click();
  const form = on.getByRole('region', { name: 'Any size' });
  const [width, height] = [form.getByLabel('Width'), form.getByLabel('Height')];
  // As wide as the original by default, and no wider.
  expect(await width.inputValue()).toBe('150');
  const isValid = (field: Locator) => field.evaluate((input: HTMLInputElement) => input.validity.valid);
  await width.fill('151');
  expect(await isValid(width)).toBe(false);
  await width.fill('');
  expect(await isValid(width)).toBe(false);
  await height.fill('100');
  expect(await isValid(width)).toBe(true);
  await form.getByLabel('Fit').selectOption('cover');
  expect(await isValid(width)).toBe(false);
  await width.fill('50');
  await form.getByLabel('Format').selectOption('jpeg');
  await form.getByRole('button', { name: 'Show' }).click();
  expect(await sizedPicture(on, '50 × 100 pixels, jpeg, ')).toBe('50×100');
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'any-size');

  await form.getByRole('button', { name: 'Copy URL' }).click();
  const url = await on.evaluate(() => navigator.clipboard.readText());
  expect(url).toMatch(/\/images\/[\da-f-]{36}\?w=50&h=100&fit=cover&f=jpeg&exp=\d+&kid=local&s=[\w-]+$/);
  const shared = await fetch(url);
  const kilobytes = ((await shared.arrayBuffer()).byteLength / 1000).toFixed(1);
  expect(await form.textContent()).toContain(`jpeg, ${kilobytes} kB`);
});

test('shows the reason if a size cannot be rendered, and the picture after a retry', async () => {
  const on = await page.open({ keys: 'printed' });
  await inCheapCategory(on);
  await files(on).setInputFiles(await cheapPhoto('busy.jpg'));
  await untilReady(on, 'busy.jpg');
  await on.getByRole('button', { name: 'Details of busy.jpg' }).click();
  const form = on.getByRole('region', { name: 'Any size' });
  const pictures = '**/images/*?w=*';
  const headers = { 'access-control-allow-origin': '*' };
  const busy = { status: 503, headers, json: { code: 'render-queue-full', detail: 'x' } };
  await on.route(pictures, (route) => route.fulfill(busy));
  await form.getByRole('button', { name: 'Show' }).click();
  await form.getByText('Too many pictures are being made at the moment.').waitFor();
  await on.unroute(pictures);
  await form.getByRole('button', { name: 'Show' }).click();
  expect(await sizedPicture(on, '150 × 200 pixels')).toBe('150×200');
  expect(await form.getByText('Too many pictures').count()).toBe(0);
  page.expectTrouble(/503/);
});

test('without a signing key of the tenant, says so', async () => {
  const on = await page.open();
  await inCheapCategory(on);
  await files(on).setInputFiles(await cheapPhoto('product.jpg'));
  await untilReady(on, 'product.jpg');
  await on.getByRole('button', { name: 'Details of product.jpg' }).click();
  const form = on.getByRole('region', { name: 'Any size' });
  await form.getByRole('button', { name: 'Show' }).click();
  await form.getByText('Your account is not set up for signed URLs.').waitFor();
  page.expectTrouble(/403/);
});

test('shows what an original says about its origin, and warnings in plain words', async () => {
  const on = await page.open();
  await inCheapCategory(on);
  const name = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:DigitalSourceType="${name}"/></rdf:RDF></x:xmpmeta>`;
  const buffer = await sharp(await longPhoto())
    .withXmp(xmp)
    .toBuffer();
  await files(on).setInputFiles({ name: 'dream.jpg', mimeType: 'image/jpeg', buffer });
  await untilReady(on, 'dream.jpg');
  const notes = card(on, 'dream.jpg').getByRole('list', { name: 'Good to know' });
  expect(await notes.textContent()).toContain('The file is marked as made or edited with AI.');
  await on.getByRole('button', { name: 'Details of dream.jpg' }).click();
  expect(await on.getByLabel('Metadata').textContent()).toBe('Origingenerated by AI, by its own account');
});

test('shows a rendition of every option, in its size', async () => {
  const on = await page.open();
  await on.getByRole('radio', { name: 'Catalogue' }).check();
  await files(on).setInputFiles(await cheapPhoto('product.jpg'));
  await untilReady(on, 'product.jpg');
  await on.getByRole('button', { name: 'Details of product.jpg' }).click();
  const dialog = on.getByRole('dialog', { name: 'product.jpg' });
  const choice = dialog.getByRole('combobox', { name: 'Rendition' });
  const options = await choice.locator('option').allInnerTexts();
  expect(options.map((text) => text.split(' ')[0])).toEqual([
    'tile',
    'clear',
    'stretched',
    'outside',
    'focused',
    'marked',
    'later',
  ]);
  expect(options.at(-1)).toMatch(/^later webp at most \d+×\d+$/);
  for (const text of options.slice(0, -1)) {
    await choice.selectOption({ label: text });
    const shown = dialog.locator('.compare-over');
    const size = () => shown.evaluate((img: HTMLImageElement) => `${img.naturalWidth}×${img.naturalHeight}`);
    await vi.waitFor(async () => expect(await size(), text).toBe(text.split(' ').at(-1)));
  }
});

test('compares a rendition with its original, keyboard-only too, and copies HTML that shows the image on another page', async () => {
  const on = await page.open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await files(on).setInputFiles(await cheapPhoto('product.jpg'));
  await untilReady(on, 'product.jpg');
  await on.getByRole('button', { name: 'Details of product.jpg' }).click();
  const dialog = on.getByRole('dialog', { name: 'product.jpg' });
  const slider = dialog.getByRole('slider');
  const clip = () => dialog.locator('.compare-over').evaluate((over) => getComputedStyle(over).clipPath);
  const before = await clip();
  await slider.press('ArrowRight');
  expect(await clip()).not.toBe(before);
  expect(await dialog.getByText(/saved$/).textContent()).toMatch(/^\d\d\.\d % saved$/);
  expect(await dialog.getByRole('row').count()).toBe(1 + 12);
  await page.shoot(on, 'details');

  await dialog.getByRole('button', { name: 'Copy' }).click();
  const html = await on.evaluate(() => navigator.clipboard.readText());
  const shop = await on.context().newPage();
  await shop.setContent(html);
  const width = () => shop.locator('picture img').evaluate((img) => (img as HTMLImageElement).naturalWidth);
  await vi.waitFor(async () => expect(await width()).toBeGreaterThan(0));
  await on.bringToFront();
  await on.keyboard.press('Escape');
  expect(await dialog.count()).toBe(0);
});

test('a stopped upload ends at once, leaves no image, and can be started again', async () => {
  const on = await page.open();
  await inCheapCategory(on);
  const network = await on.context().newCDPSession(on);
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    // Slow enough that the test can stop it on a busy machine.
    uploadThroughput: 500,
  });
  const asked = on.waitForResponse((response) => response.url().endsWith('/v1/images/upload-url'));
  await files(on).setInputFiles(await cheapPhoto('product.jpg'));
  const { imageId } = (await (await asked).json()) as { imageId: string };
  await until(on, 'product.jpg', 'uploading');
  await on.getByRole('button', { name: 'Stop product.jpg' }).click();
  expect(await status(on, 'product.jpg')).toBe('stopped');
  const image = () => page.seller(on).image(imageId);
  await vi.waitFor(() => expect(image()).rejects.toThrow('404'));
  await network.send('Network.disable');
  await network.detach();
  await on.getByRole('button', { name: 'Try again: product.jpg' }).click();
  await untilReady(on, 'product.jpg');
});

test('rejects files that are not accepted with a message that says what to do', async () => {
  const on = await page.open();
  const message = (name: string) => card(on, name).locator('.trouble').textContent();
  const jpeg = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/jpeg', buffer });
  await files(on).setInputFiles([
    jpeg('letter.jpg', Buffer.from('Dear Sir or Madam')),
    jpeg('empty.jpg', Buffer.alloc(0)),
    jpeg('huge.jpg', Buffer.alloc(1_234_567)),
  ]);
  await files(on).setInputFiles({ name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: Buffer.from('heic') });
  await files(on).setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') });
  await until(on, 'letter.jpg', 'rejected');
  expect(await message('letter.jpg')).toContain('Use JPEG, PNG, WebP');
  expect(await message('notes.txt')).toContain('Use JPEG, PNG, WebP');
  expect(await message('IMG_0001.HEIC')).toContain('Most Compatible');
  await card(on, 'empty.jpg').getByText('This file is empty.', { exact: true }).waitFor();
  await card(on, 'huge.jpg').getByText('This file is 1.3 MB; the limit is 1 MB.', { exact: true }).waitFor();
  page.expectTrouble(/422/);
  // None of these failures is temporary.
  expect(await on.getByRole('button', { name: 'Retry all' }).count()).toBe(0);
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'rejected');
  await on.getByRole('button', { name: 'Dismiss notes.txt' }).click();
  expect(await card(on, 'notes.txt').count()).toBe(0);
});

test('retries all temporary failures with one button, and automatically when the network is back', async () => {
  const on = await page.open();
  await inCheapCategory(on);
  const tickets = '**/v1/images/upload-url';
  // Longer than the SDK waits before a retry.
  await on.route(tickets, (route) =>
    route.fulfill({ status: 503, headers: { 'retry-after': '120' }, json: { code: 'overloaded', detail: 'x' } }),
  );
  await files(on).setInputFiles([await cheapPhoto('product.jpg'), await cheapPhoto('avatar.jpg')]);
  await on.getByText('2 photographs have failed.').waitFor();
  expect(await card(on, 'avatar.jpg').locator('.trouble').textContent()).toContain('Try again in 2 minutes.');
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'retry-all');
  await on.unroute(tickets);
  await on.getByRole('button', { name: 'Retry all' }).click();
  await untilReady(on, 'product.jpg', 'avatar.jpg');
  expect(await on.getByRole('button', { name: 'Retry all' }).count()).toBe(0);

  await on.context().setOffline(true);
  await files(on).setInputFiles(await cheapPhoto('later.jpg'));
  await on.getByText('You are offline.').waitFor();
  await card(on, 'later.jpg').getByText('No connection').waitFor();
  await page.shoot(on, 'offline');
  await on.context().setOffline(false);
  await untilReady(on, 'later.jpg');
  expect(await on.getByText('You are offline.').count()).toBe(0);
  page.expectTrouble(/503|ERR_INTERNET_DISCONNECTED/);
});

test('reports a refused key once, with a button to enter another', async () => {
  const good = await page.newKey();
  const on = await page.open({ keys: { apiKey: 'im_live_wrong' } });
  const notice = on.getByRole('alert');
  await notice.waitFor();
  expect(await notice.textContent()).toContain('This API key is not valid.');
  expect(await page.flaws(on)).toEqual([]);
  await page.shoot(on, 'key-refused');
  await on.getByRole('button', { name: 'Enter another key' }).click();
  await on.getByLabel(/^Upload key/).fill(good);
  await on.getByRole('button', { name: 'Use these keys' }).click();
  await on.getByRole('button', { name: 'Choose photographs' }).waitFor();
  expect(await notice.count()).toBe(0);
  page.expectTrouble(/401/);
});

test('deletes a photograph after a confirmation', async () => {
  const on = await page.open();
  await inCheapCategory(on);
  await files(on).setInputFiles(await cheapPhoto('avatar.jpg'));
  await untilReady(on, 'avatar.jpg');
  const chip = await card(on, 'avatar.jpg').locator('a.chip').first().getAttribute('href');
  const imageId = /images\/([^/]+)/.exec(chip ?? '')?.[1] ?? '';
  await on.getByRole('button', { name: 'Delete avatar.jpg' }).click();
  expect(await card(on, 'avatar.jpg').count()).toBe(1);
  await on.getByRole('button', { name: 'Really delete avatar.jpg?' }).click();
  await card(on, 'avatar.jpg').waitFor({ state: 'detached' });
  await expect(page.seller(on).image(imageId)).rejects.toThrow('404');
  // For keyboard users, the focus stays in the content.
  expect(await on.evaluate(() => document.activeElement?.id)).toBe('content');
});

test('an upload continues while the other page is open', async () => {
  const on = await page.open();
  await inCheapCategory(on);
  await files(on).setInputFiles(await cheapPhoto('product.jpg'));
  await on.getByRole('link', { name: 'Operator' }).click();
  await on.getByRole('heading', { name: 'Dead letters' }).waitFor();
  await on.getByRole('link', { name: 'Photographs' }).click();
  await untilReady(on, 'product.jpg');
  await on.getByRole('button', { name: 'Details of product.jpg' }).click();
  await on.getByRole('dialog').getByRole('slider').waitFor();
});

test('lists earlier uploads, the newest first and a page at a time', async () => {
  const bytes = await longPhoto();
  const first = await page.open();
  const seller = page.seller(first);
  const apiKey = page.keyOf(first);
  // More than one page.
  const imageIds: string[] = [];
  for (let count = 0; count < 25; count++) imageIds.push((await seller.ticket({ bytes, category: 'avatar' })).imageId);
  const given = { filename: 'eileen.jpg', metadata: { member: 'M-17' } };
  const { image } = await seller.upload({ bytes, category: 'avatar', ...given });
  const on = await page.open({ keys: { apiKey } });
  const cards = on.locator('li.photo');
  await vi.waitFor(async () => expect(await cards.count()).toBe(24));
  expect(await cards.first().getAttribute('data-status')).toBe('ready');
  expect(await cards.first().locator('a.chip').count()).toBe(image.renditions.length);
  await on.getByRole('button', { name: 'Show older images' }).click();
  await vi.waitFor(async () => expect(await cards.count()).toBe(26));
  expect(await on.getByRole('button', { name: 'Show older images' }).count()).toBe(0);

  await on.getByRole('button', { name: 'Details of eileen.jpg' }).click();
  expect(await on.getByLabel('Metadata').textContent()).toMatch(/^memberM-17/);
  await on.getByText('Originals are private').waitFor();
});

test('shows the HTML and the URL of a picture by its name, for a CDN with an edge', async () => {
  const on = await page.open();
  await files(on).setInputFiles(await cheapPhoto('avatar.jpg'));
  await untilReady(on, 'avatar.jpg');
  await on.getByRole('button', { name: 'Details of avatar.jpg' }).click();
  const friendly = /\/images\/[\da-f-]{36}\/[\w-]+\?v=[\da-f]{12}$/;
  expect(await on.getByRole('link', { name: 'Friendly URL' }).getAttribute('href')).toMatch(friendly);
  const html = on.getByRole('region', { name: 'HTML' });
  expect(await html.locator('pre').textContent()).toContain('<source type="image/avif"');
  await html.getByRole('checkbox', { name: 'with friendly URLs' }).check();
  const [src = ''] = /(?<=src=")[^"]+/.exec((await html.locator('pre').textContent()) ?? '') ?? [];
  expect(src).toMatch(friendly);
  expect(await html.locator('pre').textContent()).not.toContain('<source');
});

test('without https, where pages have no clipboard, selects the HTML', async () => {
  const on = await page.open({ plainHttp: true });
  expect(await on.evaluate(() => isSecureContext)).toBe(false);
  await files(on).setInputFiles(await cheapPhoto('avatar.jpg'));
  await untilReady(on, 'avatar.jpg');
  await on.getByRole('button', { name: 'Details of avatar.jpg' }).click();
  await on.getByRole('button', { name: 'Copy' }).click();
  expect(await on.evaluate(() => getSelection()?.toString())).toMatch(/^<picture>[\s\S]*<\/picture>$/);
});
