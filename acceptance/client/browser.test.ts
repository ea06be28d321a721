import { fileURLToPath } from 'node:url';
import { createImagemill } from '@imagemill/client';
import { expect, test } from 'vitest';
import { usePage } from './page/use-page.ts';

const browser = usePage();
const photo = fileURLToPath(new URL('../../examples/photos/product.jpg', import.meta.url));
const client = () => {
  const { apiUrl: baseUrl, apiKey } = browser.stack();
  return { baseUrl, apiKey };
};

test('a page uploads a file, and shows the image in the best format and size', async () => {
  const page = await browser.open(photo);
  const shown = await page.evaluate(async (options) => {
    const { createImagemill, pictureHtml } = globalThis.onPage;
    const file = document.querySelector('input')?.files?.[0] as File;
    const image = await createImagemill(options).upload(file, { category: 'product' });
    const main = document.querySelector('main') as HTMLElement;
    main.innerHTML = pictureHtml(image, { alt: 'A flower', sizes: '400px', loading: 'eager' });
    const picture = main.querySelector('img') as HTMLImageElement;
    await picture.decode();
    return { src: picture.currentSrc, width: picture.naturalWidth, status: image.status, style: picture.style.cssText };
  }, client());
  expect(shown).toMatchObject({ status: 'ready', src: expect.stringMatching(/\/medium\.avif$/) });
  expect(shown.style).toMatch(/^background: rgb\(/);
});

test('reports the progress of a large upload while it runs', async () => {
  const page = await browser.open(browser.scan());
  const connection = await page.context().newCDPSession(page);
  await connection.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 5,
    downloadThroughput: -1,
    uploadThroughput: 12 * 1024 * 1024,
  });
  const { loaded, size } = await page.evaluate(async (options) => {
    const file = document.querySelector('input')?.files?.[0] as File;
    const loaded: number[] = [];
    await globalThis.onPage.createImagemill(options).upload(file, {
      category: 'tiny',
      wait: 'uploaded',
      onProgress: (progress) => progress.phase === 'uploading' && loaded.push(progress.loaded),
    });
    return { loaded, size: file.size };
  }, client());
  expect(loaded.length).toBeGreaterThan(6);
  expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
  expect(loaded.at(-1)).toBe(size);
});

test('an upload continues automatically after a network loss', async () => {
  const page = await browser.open(browser.scan());
  const connection = await page.context().newCDPSession(page);
  const network = (offline: boolean) =>
    connection.send('Network.emulateNetworkConditions', {
      offline,
      latency: 5,
      downloadThroughput: -1,
      uploadThroughput: 8 * 1024 * 1024,
    });
  await network(false);
  await page.evaluate((options) => {
    const file = document.querySelector('input')?.files?.[0] as File;
    const output = document.querySelector('main') as HTMLElement;
    const upload = globalThis.onPage.createImagemill({ ...options, attemptsMax: 1 }).upload(file, {
      category: 'tiny',
      method: 'PUT',
      wait: 'uploaded',
      onProgress: ({ offline, loaded }) => {
        output.textContent = offline ? 'offline' : loaded > 0 ? 'sending' : 'begun';
      },
    });
    Object.assign(globalThis, { upload });
  }, client());
  const says = (text: string) => page.locator('main', { hasText: text }).waitFor();
  await says('sending');
  await network(true);
  await says('offline');
  await network(false);
  const image = await page.evaluate(() => (globalThis as unknown as { upload: Promise<{ status: string }> }).upload);
  expect(['queued', 'processing', 'ready']).toContain(image.status);
});

test('an aborted upload leaves no image', async () => {
  const page = await browser.open(browser.scan());
  const { imageId, reason } = await page.evaluate(async (options) => {
    const file = document.querySelector('input')?.files?.[0] as File;
    const controller = new AbortController();
    let imageId = '';
    const upload = globalThis.onPage.createImagemill(options).upload(file, {
      category: 'tiny',
      method: 'PUT',
      signal: controller.signal,
      onTicket: (ticket) => {
        ({ imageId } = ticket);
      },
      onProgress: ({ loaded }) => loaded > 0 && controller.abort(),
    });
    return {
      imageId: await upload.catch(() => imageId).then(() => imageId),
      reason: await upload.catch((error: Error) => error.name),
    };
  }, client());
  expect(reason).toBe('AbortError');
  await expect(createImagemill(client()).getImage(imageId)).rejects.toMatchObject({ code: 'image-not-found' });
});
