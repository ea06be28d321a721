import type { Page } from 'playwright-core';

export const files = (on: Page) => on.locator('input[type=file]');
export const card = (on: Page, name: string) =>
  on.getByRole('listitem').filter({ has: on.getByRole('heading', { name }) });

/** The page waits: a test that asks it again and again costs more than what it waits for. */
export const until = (on: Page, name: string, state: string) =>
  card(on, name)
    .and(on.locator(`[data-status=${state}]`))
    .waitFor();
export const untilReady = async (on: Page, ...names: string[]) => {
  for (const name of names) await until(on, name, 'ready');
};

/** For a test that does not look at renditions: this category has one. */
export const inCheapCategory = (on: Page) => on.getByRole('radio', { name: 'Profile banner' }).check();

/** The pixels of the picture of any size, once it is shown with these facts. */
export async function sizedPicture(on: Page, facts: string): Promise<string> {
  const form = on.getByRole('region', { name: 'Any size' });
  await form.getByText(facts).waitFor();
  const shown = form.getByRole('img');
  return shown.evaluate((img: HTMLImageElement) => `${img.naturalWidth}×${img.naturalHeight}`);
}
