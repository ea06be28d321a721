import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { findChromium } from '../../browser/chromium.ts';
import { type RunningStack, startStack } from '../../test-support/running-stack.ts';
import { startPageServer } from './page-server.ts';

/** A page of a seller app in a real browser, and a stack that lets it in. Skipped in words where there is no Chromium. */
export function usePage() {
  let noChromium: string | undefined;
  let browser: Browser | undefined;
  let stack: RunningStack;
  let server: Awaited<ReturnType<typeof startPageServer>> | undefined;
  let dir: string;
  const pages: Page[] = [];

  beforeAll(async () => {
    const chromium = await findChromium();
    if (typeof chromium === 'string') {
      noChromium = chromium;
      console.warn(`These tests are skipped. ${chromium}`);
      return;
    }
    const { executablePath, args, env } = chromium;
    dir = await mkdtemp(join(tmpdir(), 'imagemill-page-'));
    [browser, server] = await Promise.all([
      launcher.launch({ executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> }),
      startPageServer(),
      makeScan(join(dir, 'scan.tiff')),
    ]);
    stack = await startStack({ API_CORS_ORIGINS: new URL(server.url).origin });
  });
  beforeEach((context) => context.skip(noChromium !== undefined, noChromium));
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await stack?.stop();
    if (dir) await rm(dir, { recursive: true });
  });

  return {
    stack: () => stack,
    /** 18.9 MB: three parts. */
    scan: () => join(dir, 'scan.tiff'),
    /** The page, with a file chosen in its field. */
    async open(file: string): Promise<Page> {
      const page = await (browser as Browser).newPage();
      pages.push(page);
      await page.goto(server?.url ?? '');
      await page.setInputFiles('input', file);
      return page;
    },
  };
}

async function makeScan(path: string): Promise<void> {
  const plain = sharp({ create: { width: 3000, height: 2100, channels: 3, background: '#3377aa' } });
  await writeFile(path, await plain.tiff({ compression: 'none' }).toBuffer());
}
