import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium as launcher } from 'playwright-core';
import { findChromium } from '../browser/chromium.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { type CellBrowser, openCellBrowser } from './browser-cells.ts';
import { differenceOf } from './cells.ts';
import { type Compared, contactSheet } from './contact-sheet.ts';
import { createCellEngine } from './engine-cells.ts';

/** A ΔE 2000 above this is visible at a glance. */
const OUTLIER = 3;
const artefacts = fileURLToPath(new URL('../artefacts/corpus', import.meta.url));

/** Compares the engine's rendering of every picture in a folder to Chromium's, and prints the outliers. */
export async function benchCorpus({ folder }: { folder?: string | undefined }): Promise<void> {
  if (!folder) throw new Error('Specify a folder of pictures: pnpm bench corpus <folder>.');
  const browser = await launchBrowser();
  try {
    const [engine, page] = [await createCellEngine(), await openCellBrowser(browser)];
    const compared: Compared[] = [];
    for (const file of await filesIn(folder)) {
      compared.push(await compare(file, relative(folder, file), engine, page));
    }
    await report(compared, page);
  } finally {
    await browser.close();
  }
}

async function launchBrowser() {
  const chromium = await findChromium();
  if (typeof chromium === 'string') throw new Error(chromium);
  const { executablePath, args, env } = chromium;
  return launcher.launch({
    executablePath,
    args: [...args],
    env: { ...process.env, ...env } as Record<string, string>,
  });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

type Engine = Awaited<ReturnType<typeof createCellEngine>>;

async function compare(path: string, name: string, engine: Engine, browser: CellBrowser): Promise<Compared> {
  const bytes = await readFile(path);
  const [shown, rendered] = [await browser.cells(bytes), await engine.render(bytes)];
  if (typeof rendered === 'string') {
    return { name, bytes, verdict: rendered, isOutlier: shown !== undefined };
  }
  const { png, cells } = rendered;
  if (!shown) return { name, bytes, png, verdict: 'not shown by the browser', isOutlier: false };
  if (shown.width !== cells.width || shown.height !== cells.height) {
    const sizes = `${cells.width}×${cells.height} for ${shown.width}×${shown.height}`;
    return { name, bytes, png, verdict: sizes, isOutlier: true };
  }
  const difference = differenceOf(cells, shown);
  return { name, bytes, png, verdict: 'compared', difference, isOutlier: difference.worst > OUTLIER };
}

async function report(compared: readonly Compared[], browser: CellBrowser): Promise<void> {
  const outliers = compared
    .filter(({ isOutlier }) => isOutlier)
    .sort(
      (a, b) => (b.difference?.worst ?? Number.POSITIVE_INFINITY) - (a.difference?.worst ?? Number.POSITIVE_INFINITY),
    );
  const rows = outliers.map(({ name, verdict, difference }) => [
    name,
    verdict,
    difference?.mean.toFixed(2) ?? '',
    difference?.worst.toFixed(2) ?? '',
  ]);
  console.log(
    `${compared.length} files, ${outliers.length} outliers (a cell with a ΔE 2000 above ${OUTLIER}, a different size, or rejected by the engine but shown by Chromium)`,
  );
  if (rows.length > 0) console.log(markdownTable(['file', 'outcome', 'mean ΔE', 'worst ΔE'], rows));
  await mkdir(artefacts, { recursive: true });
  const html = contactSheet([...outliers, ...compared.filter(({ isOutlier }) => !isOutlier)]);
  await writeFile(join(artefacts, 'contact-sheet.html'), html);
  await writeFile(join(artefacts, 'contact-sheet.png'), await browser.screenshot(html));
  console.log(`contact sheet: ${join(artefacts, 'contact-sheet.html')} and .png`);
}
