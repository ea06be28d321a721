import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { grainyPhoto } from '../test-support/photos.ts';
import { cheapPhoto, useConsole } from './console-page.ts';
import { files, inCheapCategory, sizedPicture, untilReady } from './photo-cards.ts';

const page = useConsole('equipped');

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
