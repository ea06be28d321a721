import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import { grainyPhoto, longPhoto } from '../test-support/photos.ts';
import { cheapPhoto, useConsole } from './console-page.ts';
import { card, files, inCheapCategory, untilReady } from './photo-cards.ts';

const page = useConsole('equipped');

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
  const given = { filename: 'eileen.jpg', metadata: { member: 'M-17' }, enhance: 'sharpen' as const };
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
  expect(await on.getByLabel('Metadata').textContent()).toMatch(/^memberM-17.*Enhancedsharpened/);
  await on.getByText('Originals are private').waitFor();
});
