import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { longPhoto } from '../test-support/photos.ts';
import { type RunningStack, startStack } from '../test-support/running-stack.ts';
import { createSeller } from '../test-support/seller.ts';
import {
  connectToBrowser,
  equippedStack,
  newEquippedTenantKey,
  newTenantKey,
  type SharedStack,
  sharedStack,
} from '../test-support/shared.ts';
import { ACTION_TIMEOUT_MS, PLAIN_HOST } from '../test-support/shared-browser.ts';
import { createTenants } from '../test-support/tenants.ts';

export const photo = (name: string) => fileURLToPath(new URL(`../../examples/photos/${name}`, import.meta.url));

/** A photograph that is cheap to render, as a page gives it to a file input. */
export const cheapPhoto = async (name: string) => ({ name, mimeType: 'image/jpeg', buffer: await longPhoto() });

const artefacts = fileURLToPath(new URL('../artefacts', import.meta.url));
const DESKTOP = { width: 1280, height: 900 };

interface OpenOptions extends BrowserContextOptions {
  /** The page, as the fragment of the address. */
  readonly at?: string;
  /** `printed` opens the address that the stack prints. */
  readonly keys?: Record<string, string> | 'printed';
  /** Opens it over http from a host that is not localhost. */
  readonly plainHttp?: boolean;
}

const printedAddress = (stack: SharedStack) => /console +(\S+)/.exec(stack.printed())?.[1] ?? '';

/**
 * The console in a real browser. A test fails if its page throws, or logs an error or a warning.
 *
 * @param of the stack to use, or settings for a stack of this file's own
 */
export function useConsole(of: 'shared' | 'equipped' | (() => Promise<Record<string, string>>) = 'shared') {
  let browser: Browser | string;
  let own: RunningStack | undefined;
  let stack: SharedStack;
  let troubles: string[] = [];
  let expected: RegExp | undefined;
  const pages: Page[] = [];
  const tenants = createTenants(20);
  const keyOf = new WeakMap<Page, string>();
  const nextKey = async () => {
    if (own) return tenants.next();
    return of === 'equipped' ? newEquippedTenantKey() : newTenantKey();
  };

  beforeAll(async () => {
    browser = await connectToBrowser();
    if (typeof browser === 'string') return console.warn(`These tests are skipped. ${browser}`);
    if (typeof of === 'function') own = await startStack({ API_KEYS: tenants.apiKeys, ...(await of()) });
    stack = own ?? (await (of === 'equipped' ? equippedStack : sharedStack)());
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

    /**
     * Opens the console in a fresh browser session, without animations, which take CPU: with the keys of a tenant of its own, with
     * others, or with none.
     */
    async open(options: OpenOptions = {}): Promise<Page> {
      const {
        plainHttp = false,
        at = '',
        keys = { apiKey: await nextKey(), adminKey: stack.adminKey },
        ...session
      } = options;
      const context = await (browser as Browser).newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...session });
      context.setDefaultTimeout(ACTION_TIMEOUT_MS);
      const page = await context.newPage();
      pages.push(page);
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('console', (message) => {
        const text = message.text();
        // Browsers warn about these headers on every page without https.
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
    newKey: nextKey,

    keyOf: (page: Page) => keyOf.get(page) ?? '',

    /** A seller app of the page's tenant. */
    seller: (page: Page) => createSeller({ apiUrl: stack.apiUrl, apiKey: keyOf.get(page) ?? '' }),

    /** The accessibility violations that axe finds. */
    async flaws(page: Page): Promise<string[]> {
      // Without frames of other sites, axe needs no further page; passes are not reported.
      const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
      const { violations } = await axe.analyze();
      return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
    },

    /** Keeps a screenshot of the page, to look at, if SCREENSHOTS is set: one takes as much CPU as a test. */
    async shoot(page: Page, name: string, fullPage = false): Promise<void> {
      if (!process.env.SCREENSHOTS) return;
      await mkdir(artefacts, { recursive: true });
      await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage, animations: 'disabled' });
    },

    /** Allows an error that the test causes on purpose; fails if it has not been logged. */
    expectTrouble(pattern: RegExp): void {
      expect(troubles.some((trouble) => pattern.test(trouble))).toBe(true);
      expected = pattern;
    },
  };
}
