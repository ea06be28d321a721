import type { FileChooser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { cheapPhoto, photo, useConsole } from './console-page.ts';

const page = useConsole();
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

async function uploaded(on: Page, file: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  await on.locator('input[type=file]').setInputFiles(file);
  await on.locator('li.photo[data-status=ready]').waitFor();
}

/** By how many pixels the page is wider than its window. */
const overflow = (on: Page) =>
  on.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test.each([
  ['light', {}],
  ['phone-dark', { ...phone, colorScheme: 'dark' }],
] as const)(
  'both pages and the details of a photograph are accessible and fit the window: %s',
  async (name, session) => {
    const on = await page.open(session);
    await uploaded(on, name === 'light' ? photo('product.jpg') : await cheapPhoto('product.jpg'));
    expect(await page.flaws(on)).toEqual([]);
    expect(await overflow(on)).toBe(0);
    await page.shoot(on, `photographs-${name}`);

    await on.getByRole('button', { name: 'Details of product.jpg' }).click();
    await on.getByRole('dialog').waitFor();
    expect(await page.flaws(on)).toEqual([]);
    expect(await overflow(on)).toBe(0);
    await page.shoot(on, `details-${name}`);
    await on.getByRole('button', { name: 'Close' }).click();

    await on.getByRole('link', { name: 'Operator' }).click();
    await on.getByRole('heading', { name: 'Webhook deliveries' }).waitFor();
    await on.getByText('Endpoints are configured').waitFor();
    expect(await page.flaws(on)).toEqual([]);
    expect(await overflow(on)).toBe(0);
    await page.shoot(on, `operator-${name}`, true);
  },
);

test('follows the color scheme of the system', async () => {
  const background = async (colorScheme: 'light' | 'dark') => {
    const on = await page.open({ colorScheme });
    const colour = await on.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    return Number(/\d+/.exec(colour)?.[0]);
  };
  expect(await background('light')).toBeGreaterThan(200);
  expect(await background('dark')).toBeLessThan(60);
});

test('works keyboard-only: keys, category, file chooser, details of a photograph', async () => {
  const on = await page.open({ keys: {} });
  // Registered early: the event may come with a delay.
  const asked = new Promise<FileChooser>((resolve) => on.once('filechooser', resolve));
  const focused = () =>
    on.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent ?? '');
  const tabTo = async (what: string) => {
    for (let presses = 0; presses < 20; presses++) {
      if ((await focused()) === what) return;
      await on.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach "${what}".`);
  };
  await on.getByRole('heading', { name: 'Photographs' }).waitFor();
  await tabTo('Enter keys');
  await on.keyboard.press('Enter');
  await on.getByRole('dialog').waitFor();
  expect(await page.flaws(on)).toEqual([]);
  await tabTo('apiKey');
  await on.keyboard.type(page.stack().apiKey);
  await on.keyboard.press('Enter');
  await on.getByRole('radio', { name: 'Product' }).waitFor();
  await tabTo('category');
  await on.keyboard.press('ArrowRight');
  expect(await on.getByRole('radio', { name: 'Avatar' }).isChecked()).toBe(true);

  await tabTo('Choose photographs');
  await on.keyboard.press('Enter');
  await (await asked).setFiles(await cheapPhoto('avatar.jpg'));
  const look = on.getByRole('button', { name: 'Details of avatar.jpg' });
  await look.waitFor();
  await tabTo('Details');
  await on.keyboard.press('Enter');
  await on.getByRole('dialog').waitFor();
  await on.keyboard.press('Escape');
  expect(await look.evaluate((button) => button === document.activeElement)).toBe(true);
});

test('the layout does not shift while a photograph is uploaded and rendered', async () => {
  const on = await page.open();
  await on.evaluate(() => {
    Object.assign(globalThis, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        (globalThis as unknown as { shift: number }).shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await uploaded(on, await cheapPhoto('product.jpg'));
  expect(await on.evaluate(() => (globalThis as unknown as { shift: number }).shift)).toBeLessThan(0.05);
});
