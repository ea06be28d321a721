import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { longPhoto, scanBytes } from '../../test-support/photos.ts';
import { connectToBrowser, sharedPageUrl, sharedStack } from '../../test-support/shared.ts';
import { ACTION_TIMEOUT_MS } from '../../test-support/shared-browser.ts';

/** A page of a seller app in a real browser, and a stack that allows its origin. Skipped with a message without Chromium. */
export function usePage() {
  let browser: Browser | string;
  let stack: Awaited<ReturnType<typeof sharedStack>>;
  let url: string;
  let dir: string;
  const pages: Page[] = [];

  beforeAll(async () => {
    browser = await connectToBrowser();
    if (typeof browser === 'string') return console.warn(`These tests are skipped. ${browser}`);
    dir = await mkdtemp(join(tmpdir(), 'imagemill-page-'));
    [stack, url] = await Promise.all([sharedStack(), sharedPageUrl()]);
    await Promise.all([
      writeFile(join(dir, 'photo.jpg'), await longPhoto()),
      writeFile(join(dir, 'scan.tiff'), await scanBytes()),
    ]);
  });
  beforeEach((context) => context.skip(typeof browser === 'string', String(browser)));
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    if (typeof browser === 'string') return;
    await browser.close();
    await rm(dir, { recursive: true });
  });

  return {
    stack: () => stack,
    /** A photograph that is cheap to render. */
    photo: () => join(dir, 'photo.jpg'),
    /** 18.9 MB: three parts. */
    scan: () => join(dir, 'scan.tiff'),
    /** The page, with a file selected in its input. */
    async open(file: string): Promise<Page> {
      const page = await (browser as Browser).newPage();
      pages.push(page);
      page.setDefaultTimeout(ACTION_TIMEOUT_MS);
      await page.goto(url);
      await selectFile(page, file);
      return page;
    },
  };
}

/** Selects a file in the page's input. The browser reads it from its path: Playwright would send the bytes through two processes. */
export async function selectFile(page: Page, path: string): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const { result } = await browser.send('Runtime.evaluate', { expression: "document.querySelector('input')" });
  await browser.send('DOM.setFileInputFiles', { files: [path], objectId: result.objectId ?? '' });
  await browser.detach();
}
