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
    let whole: Cost | undefined;
    for (const [name, isLeft] of Object.entries(onRequest)) {
      const only = product.filter((entry) => !isLeft(entry));
      const runs: Cost[] = [];
      for (let run = 0; run < (quick ? 1 : 5); run += 1) runs.push(await costOf(engine, bytes, only));
      const cost = runs.toSorted((a, b) => a.cpuMs - b.cpuMs)[runs.length >> 1] ?? { cpuMs: 0, kib: 0 };
      whole ??= cost;
      const share = (part: number, of: number) => `${(100 * (1 - part / of)).toFixed(0)} %`;
      rows.push([
        ...[`${size} MP`, name, String(only.length), cost.cpuMs.toFixed(0), share(cost.cpuMs, whole.cpuMs)],
        ...[cost.kib.toFixed(0), share(cost.kib, whole.kib)],
      ]);
      console.log(rows.at(-1)?.join(' | '));
    }
  }
  const head = ['source', 'made on request', 'entries at the upload', 'CPU ms', 'CPU saved', 'KiB', 'bytes saved'];
  console.log(`\n${JSON.stringify(machine())}\n\n${markdownTable(head, rows)}`);
}

interface Cost {
  readonly cpuMs: number;
  readonly kib: number;
}

async function costOf(engine: ImagingEngine, bytes: Uint8Array, only: readonly Variant[]): Promise<Cost> {
  const before = process.cpuUsage();
  const picture = await engine.decode(bytes, await engine.inspect(bytes), product, { only });
  let total = 0;
  for await (const { data } of picture.render()) total += data.byteLength;
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, kib: total / 1024 };
}
