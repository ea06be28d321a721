import { createImagemill } from '@imagemill/client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { usePage } from './page/use-page.ts';

const browser = usePage();
const client = () => {
  const { apiUrl: baseUrl, apiKey } = browser.stack();
  return { baseUrl, apiKey };
};

/** A component that uploads the selected file and renders each state into `main`. */
const showField = (page: Page) =>
  page.evaluate((options) => {
    const { createElement: h, createImagemill, createRoot, StrictMode, useImageUpload } = globalThis.onPage;
    const imagemill = createImagemill(options);
    function Field() {
      const { upload, cancel, status, progress, image, error } = useImageUpload(imagemill, { category: 'tiny' });
      const send = () => void upload(document.querySelector('input')?.files?.[0] as File);
      const shown = error ? `${error.code}: ${error.message}` : (image?.imageId ?? String(progress?.loaded ?? ''));
      return h('p', {}, [
        h('button', { key: 'send', onClick: send }, 'Send'),
        h('button', { key: 'cancel', onClick: cancel }, 'Cancel'),
        h('output', { key: 'status', title: shown }, status),
      ]);
    }
    const root = createRoot(document.querySelector('main') as HTMLElement);
    root.render(h(StrictMode, {}, h(Field)));
    Object.assign(globalThis, { leave: () => root.unmount() });
  }, client());

const status = (page: Page, text: string) => page.locator('output', { hasText: text }).waitFor();
const shown = (page: Page) => page.locator('output').getAttribute('title');

/** The id of the image of the next ticket request. */
async function nextImageId(page: Page): Promise<string> {
  const answer = await page.waitForResponse((response) => response.url().endsWith('/v1/images/upload-url'));
  return ((await answer.json()) as { imageId: string }).imageId;
}

const isGone = (page: Page) => page.waitForResponse((response) => response.request().method() === 'DELETE');

test('a component shows an upload from start to finish', async () => {
  const page = await browser.open(browser.photo());
  await showField(page);
  await status(page, 'idle');
  await page.getByText('Send').click();
  await status(page, 'done');
  const imageId = (await shown(page)) ?? '';
  expect(await createImagemill(client()).getImage(imageId)).toMatchObject({ status: 'ready', category: 'tiny' });
});

test('a component shows the message of an error', async () => {
  const page = await browser.open(browser.photo());
  await page.setInputFiles('input', { name: 'me.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
  await showField(page);
  await page.getByText('Send').click();
  await status(page, 'error');
  expect(await shown(page)).toMatch(/^unsupported-format: \w+ \w+/);
});

test.each([
  ['that is cancelled', (page: Page) => page.getByText('Cancel').click()],
  [
    'whose component is unmounted',
    (page: Page) => page.evaluate(() => (globalThis as unknown as { leave(): void }).leave()),
  ],
])('an upload %s leaves no image', async (_, end) => {
  const page = await browser.open(browser.scan());
  const connection = await page.context().newCDPSession(page);
  // Slow enough that the test can end it on a busy machine.
  const slow = { offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: 256 * 1024 };
  await connection.send('Network.emulateNetworkConditions', slow);
  await showField(page);
  const issued = nextImageId(page);
  await page.getByText('Send').click();
  const imageId = await issued;
  await status(page, 'uploading');
  const gone = isGone(page);
  await end(page);
  expect((await gone).status()).toBe(204);
  await expect(createImagemill(client()).getImage(imageId)).rejects.toMatchObject({ code: 'image-not-found' });
});
