import { readFile } from 'node:fs/promises';
import type { ImagingEngine } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { type Variant, variantSets } from '@imagemill/variants';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { makeSource } from './sources.ts';

const product = variantSets().get('product') ?? [];

/** What the product set makes at the upload, if these entries are made on request. */
const onRequest: Record<string, (entry: Variant) => boolean> = {
  none: () => false,
  'webp beside avif': ({ format }) => format === 'webp',
  'webp beside avif, and retina': ({ name, format }) => format === 'webp' || name === 'retina',
};

/** CPU and bytes of one image at its upload, by the entries that are left to an edge (`when: 'request'`). */
export async function benchLazy({ quick }: { quick: boolean }): Promise<void> {
  const engine = await createImagingEngine();
  const rows: string[][] = [];
  for (const size of quick ? [2] : [2, 12, 24]) {
    const bytes = await readFile((await makeSource(size, 'baseline jpeg')).path);
    const costs = await leastCosts(engine, bytes, quick ? 1 : 7);
    const [whole] = costs.values();
    for (const [name, cost] of costs) rows.push([`${size} MP`, name, ...figures(cost, whole ?? cost)]);
    console.log(rows.slice(-costs.size).map((row) => row.join(' | ')));
  }
  const head = ['source', 'made on request', 'entries at the upload', 'CPU ms', 'CPU saved', 'KiB', 'bytes saved'];
  console.log(`\n${JSON.stringify(machine())}\n\n${markdownTable(head, rows)}`);
}

interface Cost {
  readonly entries: number;
  readonly cpuMs: number;
  readonly kib: number;
}

function figures({ entries, cpuMs, kib }: Cost, whole: Cost): string[] {
  const saved = (part: number, of: number) => `${(100 * (1 - part / of)).toFixed(0)} %`;
  return [String(entries), cpuMs.toFixed(0), saved(cpuMs, whole.cpuMs), kib.toFixed(0), saved(kib, whole.kib)];
}

/** In turns, and the least of each: other work on the machine only adds CPU, through its caches. */
async function leastCosts(engine: ImagingEngine, bytes: Uint8Array, runs: number): Promise<Map<string, Cost>> {
  const least = new Map<string, Cost>();
  for (let run = 0; run < runs; run += 1) {
    for (const [name, isLeft] of Object.entries(onRequest)) {
      const only = product.filter((entry) => !isLeft(entry));
      const cost = await costOf(engine, bytes, only);
      const before = least.get(name);
      if (!before || cost.cpuMs < before.cpuMs) least.set(name, cost);
    }
  }
  return least;
}

async function costOf(engine: ImagingEngine, bytes: Uint8Array, only: readonly Variant[]): Promise<Cost> {
  const before = process.cpuUsage();
  const picture = await engine.decode(bytes, await engine.inspect(bytes), product, { only });
  let total = 0;
  for await (const { data } of picture.render()) total += data.byteLength;
  const { user, system } = process.cpuUsage(before);
  return { entries: only.length, cpuMs: (user + system) / 1000, kib: total / 1024 };
}
