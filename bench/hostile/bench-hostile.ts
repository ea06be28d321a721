import { setTimeout as delay } from 'node:timers/promises';
import { createEnginePool, createUsageReader, type EnginePool, RejectedImageError } from '@imagemill/imaging';
import { hostile } from '@imagemill/imaging/test-support';
import { variantSets } from '@imagemill/variants';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';

const MIB = 1024 * 1024;
/** A worker of 1,620 MiB with the default settings: four originals of 50 MiB, and the face detector. */
const POOL = { processes: 3, memoryBytes: 1_620 * MIB, heldBytes: (4 * 50 + 128) * MIB };
const QUICK_SCALE = 0.05;

/** What each hostile file takes in a worker: CPU of its engine processes, their memory, and its end. */
export async function benchHostile({ quick }: { quick: boolean }): Promise<void> {
  const pids = new Set<number>();
  const pool = await createEnginePool({
    ...POOL,
    onEvent: (event) => void (event.is === 'started' && pids.add(event.pid)),
  });
  const rows: string[][] = [];
  try {
    for (const { name, contentType, bytes } of await hostile.hostilePictures(quick ? QUICK_SCALE : 1)) {
      const { end, cpuMs, wallMs, peakBytes } = await measure(pool, bytes, pids);
      const row = [
        `${contentType.slice('image/'.length)}: ${name}`,
        (bytes.byteLength / 1000).toFixed(0),
        end,
        (cpuMs / 1000).toFixed(2),
        (wallMs / 1000).toFixed(2),
        (peakBytes / MIB).toFixed(0),
      ];
      rows.push(row);
      console.log(row.join(' | '));
    }
  } finally {
    await pool.close();
  }
  const columns = ['file', 'KB', 'end', 'CPU s', 'time on the clock s', 'memory of its process, MiB'];
  console.log(`\n${markdownTable(columns, rows)}`);
  console.log(JSON.stringify(machine()));
}

/** Runs one file to its end, with all renditions of a product. */
async function measure(pool: EnginePool, bytes: Uint8Array, pids: ReadonlySet<number>) {
  const usage = createUsageReader();
  const over = new AbortController();
  const before = await usage.read([...pids]);
  const last = new Map<number, number>();
  let peakBytes = 0;
  async function sample(): Promise<void> {
    for (const [pid, { cpuMs, memoryBytes }] of await usage.read([...pids])) {
      // All CPU of a process that was started meanwhile was used for this file.
      last.set(pid, cpuMs - (before.get(pid)?.cpuMs ?? 0));
      peakBytes = Math.max(peakBytes, memoryBytes);
    }
  }
  async function keepSampling(): Promise<void> {
    while (!over.signal.aborted) {
      await sample();
      await delay(usage.everyMs, undefined, { signal: over.signal }).catch(() => {});
    }
    await sample();
  }
  const sampling = keepSampling();
  const since = performance.now();
  const end = await run(pool, bytes);
  const wallMs = performance.now() - since;
  over.abort();
  await sampling;
  return { end, cpuMs: [...last.values()].reduce((sum, used) => sum + used, 0), wallMs, peakBytes };
}

async function run(pool: EnginePool, bytes: Uint8Array): Promise<string> {
  const set = variantSets().get('product') ?? [];
  try {
    const source = await pool.inspect(bytes, { set });
    const picture = await pool.decode(bytes, source, set);
    try {
      await Promise.all([Array.fromAsync(picture.render()), picture.summarise()]);
      return 'ready';
    } finally {
      picture.close();
    }
  } catch (error) {
    if (!(error instanceof RejectedImageError)) throw error;
    return `\`${error.code}\``;
  }
}
