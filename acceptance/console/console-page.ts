import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type RunningStack, startStack } from '../test-support/running-stack.ts';
import { createSeller } from '../test-support/seller.ts';
import { connectToBrowser, newTenantKey, type SharedStack, sharedStack } from '../test-support/shared.ts';
import { PLAIN_HOST } from '../test-support/shared-browser.ts';
import { createTenants } from '../test-support/tenants.ts';

export const photo = (name: string) => fileURLToPath(new URL(`../../examples/photos/${name}`, import.meta.url));
const artefacts = fileURLToPath(new URL('../artefacts', import.meta.url));
/** An action waits no longer for its element than a test may take. */
const ACTION_TIMEOUT_MS = 120_000;
const DESKTOP = { width: 1280, height: 900 };

interface OpenOptions extends BrowserContextOptions {
  /** The page, as it stands behind the #. */
  readonly at?: string;
  /** `printed` takes the address that the stack prints. */
  readonly keys?: Record<string, string> | 'printed';
  /** Opens it as on another machine in the network, without https. */
  readonly plainHttp?: boolean;
}

const printedAddress = (stack: SharedStack) => /console +(\S+)/.exec(stack.printed())?.[1] ?? '';

/**
 * The console in a real browser. Whatever a page writes to the browser's console as an error, or throws, fails the test
 * that saw it.
 *
 * @param env what a stack of this file's own has different; without it the console is that of the shared stack
 */
export function useConsole(env?: () => Promise<Record<string, string>>) {
  let browser: Browser | string;
  let own: RunningStack | undefined;
  let stack: SharedStack;
  let troubles: string[] = [];
  let expected: RegExp | undefined;
  const pages: Page[] = [];
  const tenants = createTenants(20);
  const keyOf = new WeakMap<Page, string>();
  const nextKey = async () => (own ? tenants.next() : newTenantKey());

  beforeAll(async () => {
    browser = await connectToBrowser();
    if (typeof browser === 'string') return console.warn(`These tests are skipped. ${browser}`);
    own = env && (await startStack({ API_KEYS: tenants.apiKeys, ...(await env()) }));
    stack = own ?? (await sharedStack());
  });
  beforeEach((context) => {
    context.skip(typeof browser === 'string', String(browser));
    troubles = [];
    expected = undefined;
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    expect(troubles.filter((trouble) => !expected?.test(trouble))).toEqual([]);
  });
  afterAll(async () => {
    if (typeof browser !== 'string') await browser.close();
    await own?.stop();
  });

  return {
    stack: () => stack,

    /** A fresh browser session with the console open: with the keys of a tenant of its own, others, or none. */
    async open(options: OpenOptions = {}): Promise<Page> {
      const {
        plainHttp = false,
        at = '',
        keys = { apiKey: await nextKey(), adminKey: stack.adminKey },
        ...session
      } = options;
      const context = await (browser as Browser).newContext({ viewport: DESKTOP, ...session });
      context.setDefaultTimeout(ACTION_TIMEOUT_MS);
      const page = await context.newPage();
      pages.push(page);
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('console', (message) => {
        const text = message.text();
        // What a browser says of any page without https that sends these headers.
        if (plainHttp && /Cross-Origin-Opener-Policy|Origin-Agent-Cluster/.test(text)) return;
        if (message.type() === 'error' || message.type() === 'warning') troubles.push(text);
      });
      const address = keys === 'printed' ? printedAddress(stack) : `${stack.consoleUrl}#${new URLSearchParams(keys)}`;
      await page.goto(plainHttp ? address.replace('127.0.0.1', PLAIN_HOST) : address);
      if (at) await page.evaluate((to) => location.assign(to), at);
      if (keys !== 'printed' && keys.apiKey) keyOf.set(page, keys.apiKey);
      return page;
    },

    /** The key of a tenant that has no images. */
    newKey: () => tenants.next(),

    keyOf: (page: Page) => keyOf.get(page) ?? '',

    /** A seller app of the page's own tenant. */
    seller: (page: Page) => createSeller({ apiUrl: stack.apiUrl, apiKey: keyOf.get(page) ?? '' }),

    /** What axe finds wrong with the page, in its own words. */
    async flaws(page: Page): Promise<string[]> {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
    },

    /** Keeps a picture of the page for whoever wants to look at it. */
    async shoot(page: Page, name: string, fullPage = false): Promise<void> {
      await mkdir(artefacts, { recursive: true });
      await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage, animations: 'disabled' });
    },

    /** An error that this test brings about itself, and the browser logs. */
    expectTrouble(pattern: RegExp): void {
      expect(troubles.some((trouble) => pattern.test(trouble))).toBe(true);
      expected = pattern;
    },
  };
}
