import { type CellBrowser, createCellEngine, differenceOf, openCellBrowser } from '@imagemill/bench/pixels';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectToBrowser } from '../test-support/shared.ts';
import { matrix } from './matrix.ts';

let browser: Browser | string;
let page: CellBrowser | undefined;
let engine: Awaited<ReturnType<typeof createCellEngine>>;

beforeAll(async () => {
  browser = await connectToBrowser();
  if (typeof browser === 'string') return console.warn(`These tests are skipped. ${browser}`);
  page = await openCellBrowser(browser);
  engine = await createCellEngine();
});
beforeEach((context) => context.skip(typeof browser === 'string', String(browser)));
afterAll(async () => {
  await page?.close();
  if (typeof browser === 'object') await browser.close();
});

async function compare(bytes: Buffer) {
  const [shown, rendered] = [await page?.cells(bytes), await engine.render(bytes)];
  if (!shown || typeof rendered === 'string') throw new Error(`shown: ${!!shown}, rendered: ${rendered}`);
  expect([rendered.cells.width, rendered.cells.height]).toEqual([shown.width, shown.height]);
  return differenceOf(rendered.cells, shown);
}

describe('the engine renders the same colours as Chromium for a', () => {
  test.each(matrix)('$name', async ({ make, within }) => {
    expect((await compare(await make())).worst).toBeLessThan(within);
  });
});

test('the comparison detects another colour and another alpha', async () => {
  const [one, other] = [
    matrix.find(({ name }) => name === 'PNG, 8 bits, RGBA, no colour information'),
    matrix.find(({ name }) => name === 'PNG, 8 bits, RGBA, P3 by cICP'),
  ];
  const [shown, rendered] = [
    await page?.cells((await one?.make()) ?? Buffer.of()),
    await engine.render((await other?.make()) ?? Buffer.of()),
  ];
  if (!shown || typeof rendered === 'string') throw new Error('both are shown');
  expect(differenceOf(rendered.cells, shown).worst).toBeGreaterThan(3);
});
