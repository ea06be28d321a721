import { fileURLToPath } from 'node:url';
import { createImagemill } from '@imagemill/client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { selectFile, usePage } from './page/use-page.ts';

const browser = usePage();
const client = () => {
  const { apiUrl: baseUrl, apiKey } = browser.stack();
  return { baseUrl, apiKey };
};

/** The part numbers that a page has sent to the storage. */
function partsSentBy(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    const partNumber = new URL(request.url()).searchParams.get('partNumber');
    if (request.method() === 'PUT' && partNumber !== null) sent.push(partNumber);
  });
  return sent;
}

/** Uploads the selected file with Uppy. */
const uploadByUppy = (page: Page, s3Multipart?: { uploadId: string; key: string }) =>
  page.evaluate(
    async ({ options, s3Multipart }) => {
      const { AwsS3, createImagemill, Uppy, uppyCompletion, uppyS3Options } = globalThis.onPage;
      const imagemill = createImagemill(options);
      const uppy = new Uppy().use(AwsS3, uppyS3Options(imagemill, { category: 'tiny' }));
      uppy.addPostProcessor(uppyCompletion(uppy, imagemill, { wait: 'ready' }));
      const file = document.querySelector('input')?.files?.[0] as File;
      const id = uppy.addFile({ name: file.name, type: file.type, data: file });
      if (s3Multipart) uppy.setFileState(id, { s3Multipart });
      const result = await uppy.upload();
      const failed = (result?.failed ?? []).map(({ error }) => error);
      return { failed, imageIds: (result?.successful ?? []).map(({ meta }) => String(meta.imageId)) };
    },
    { options: client(), s3Multipart },
  );

test('Uppy uploads a photograph, and completes when it is ready', async () => {
  const page = await browser.open(browser.photo());
  const { failed, imageIds } = await uploadByUppy(page);
  expect(failed).toEqual([]);
  const image = await createImagemill(client()).getImage(imageIds[0] ?? '');
  expect(image).toMatchObject({ status: 'ready', category: 'tiny' });
});

test('Uppy sends a large file in parts', async () => {
  const page = await browser.open(browser.scan());
  const sent = partsSentBy(page);
  const { failed, imageIds } = await uploadByUppy(page);
  expect(failed).toEqual([]);
  expect(sent).toEqual(['1', '2', '3']);
  expect(await createImagemill(client()).getImage(imageIds[0] ?? '')).toMatchObject({ status: 'ready' });
});

test('a rejected image is a failed upload with a message for the seller', async () => {
  const page = await browser.open(fileURLToPath(import.meta.url));
  await page.setInputFiles('input', { name: 'shoe.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
  const { failed, imageIds } = await uploadByUppy(page);
  expect(imageIds).toEqual([]);
  expect(failed).toEqual([expect.stringMatching(/\w+ \w+/)]);
});

/** Starts an upload with Uppy, and stops it after the first part. */
const pausedByUppy = (page: Page) =>
  page.evaluate(async (options) => {
    const { AwsS3, createImagemill, Uppy, uppyS3Options } = globalThis.onPage;
    const uppy = new Uppy().use(AwsS3, uppyS3Options(createImagemill(options), { category: 'tiny' }));
    const file = document.querySelector('input')?.files?.[0] as File;
    const id = uppy.addFile({ name: file.name, type: file.type, data: file });
    const paused = new Promise<void>((resolve) => {
      uppy.on('s3-multipart:part-uploaded', () => {
        uppy.pauseAll();
        resolve();
      });
    });
    void uppy.upload();
    await paused;
    Object.assign(globalThis, { cancel: () => uppy.cancelAll() });
    return (uppy.getFile(id) as unknown as { s3Multipart: { uploadId: string; key: string } }).s3Multipart;
  }, client());

test('a stopped upload is resumed after a page reload, with the missing parts', async () => {
  const page = await browser.open(browser.scan());
  const begun = await pausedByUppy(page);
  await page.reload();
  await selectFile(page, browser.scan());
  const sent = partsSentBy(page);
  const { failed, imageIds } = await uploadByUppy(page, begun);
  expect(failed).toEqual([]);
  expect(sent).toEqual(['2', '3']);
  expect(imageIds).toEqual([begun.uploadId]);
  expect(await createImagemill(client()).getImage(begun.uploadId)).toMatchObject({ status: 'ready' });
});

test('an upload cancelled in Uppy leaves no image', async () => {
  const page = await browser.open(browser.scan());
  const { uploadId } = await pausedByUppy(page);
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await page.evaluate(() => (globalThis as unknown as { cancel(): void }).cancel());
  expect((await deleted).status()).toBe(204);
  await expect(createImagemill(client()).getImage(uploadId)).rejects.toMatchObject({ code: 'image-not-found' });
});
