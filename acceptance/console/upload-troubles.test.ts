import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { cheapPhoto, useConsole } from './console-page.ts';
import { card, files, inCheapCategory, until, untilReady } from './photo-cards.ts';

const page = useConsole('equipped');

const status = (on: Page, name: string) => card(on, name).getAttribute('data-status');

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
