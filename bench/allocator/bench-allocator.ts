import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createEnginePool, createUsageReader, type EnginePool } from '@imagemill/imaging';
import { variantSets } from '@imagemill/variants';
import { makeSource } from '../engine/sources.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { findJemalloc } from './find-jemalloc.ts';

const MIB = 1024 * 1024;
const PHOTOS = [
  [2, 'baseline jpeg'],
  [24, 'baseline jpeg'],
  [12, 'baseline jpeg'],
  [12, 'webp'],
] as const;
const ROUNDS = 4;
/** Idle memory is read after the decay time of jemalloc. */
const DECAYED_MS = 300;

const glibc = (arenas: number, keptMiB: number, trimmedMiB: number) => ({
  MALLOC_ARENA_MAX: String(arenas),
  MALLOC_MMAP_THRESHOLD_: String(keptMiB * MIB),
  MALLOC_TRIM_THRESHOLD_: String(trimmedMiB * MIB),
});

/** CPU, time and memory of an engine process that renders photographs as products, one after the other, by the settings of its allocator. */
export async function benchAllocator({ quick }: { quick: boolean }): Promise<void> {
  const jemalloc = await findJemalloc();
  const contenders: Record<string, Record<string, string>> = {
    'as in engine processes': {},
    'glibc: one arena, 1 MiB': glibc(1, 1, 1),
    'glibc: four arenas, 1 MiB': glibc(4, 1, 1),
    'glibc: one arena, 4 MiB': glibc(1, 4, 4),
    'glibc: one arena, 16 MiB': glibc(1, 16, 16),
    'glibc: two arenas, 16 MiB': glibc(2, 16, 16),
    ...(jemalloc && {
      'jemalloc, decay 50 ms': {
        LD_PRELOAD: jemalloc,
        MALLOC_CONF: 'background_thread:true,dirty_decay_ms:50,muzzy_decay_ms:0',
      },
    }),
  };
  const photos = await Promise.all(PHOTOS.map(async ([size, kind]) => readFile((await makeSource(size, kind)).path)));
  const rows: string[][] = [];
  for (const [name, environment] of Object.entries(contenders)) {
    const { cpuMs, wallMs, kept, peak, starts } = await measure(photos, environment, quick ? 1 : ROUNDS);
    const range = `${Math.min(...kept).toFixed(0)} to ${Math.max(...kept).toFixed(0)}`;
    rows.push([name, cpuMs.toFixed(0), wallMs.toFixed(0), range, peak.toFixed(0), String(starts - 1)]);
    console.log(rows.at(-1)?.join(' | '));
  }
  const columns = ['allocator', 'CPU ms', 'time ms', 'keeps, MiB', 'largest peak, MiB', 'processes replaced'];
  console.log(`\n${markdownTable(columns, rows)}\n\n${JSON.stringify(machine())}`);
}

/** The first round warms up. CPU and time are means of an image; memory is anonymous, in MiB. */
async function measure(photos: readonly Buffer[], environment: Record<string, string>, rounds: number) {
  const pids: number[] = [];
  const usage = createUsageReader();
  const pool = await createEnginePool({
    processes: 1,
    environment,
    onEvent: (event) => void (event.is === 'started' && pids.push(event.pid)),
  });
  const read = async () => (await usage.read(pids.slice(-1))).get(pids.at(-1) ?? 0) ?? { cpuMs: 0, memoryBytes: 0 };
  const [kept, spent]: [number[], { cpuMs: number; wallMs: number }[]] = [[], []];
  let peak = 0;
  const watching = setInterval(async () => {
    peak = Math.max(peak, (await read()).memoryBytes / MIB);
  }, 5);
  try {
    for (const photo of photos) await render(pool, photo);
    for (const photo of Array.from({ length: rounds }, () => photos).flat()) {
      const [before, since] = [await read(), performance.now()];
      await render(pool, photo);
      const wallMs = performance.now() - since;
      const { cpuMs } = await read();
      // Less if the process was replaced meanwhile.
      if (cpuMs > before.cpuMs) spent.push({ cpuMs: cpuMs - before.cpuMs, wallMs });
      await delay(DECAYED_MS);
      kept.push((await read()).memoryBytes / MIB);
    }
  } finally {
    clearInterval(watching);
    await pool.close();
  }
  const mean = (of: 'cpuMs' | 'wallMs') => spent.reduce((sum, one) => sum + one[of], 0) / spent.length;
  return { cpuMs: mean('cpuMs'), wallMs: mean('wallMs'), kept, peak, starts: pids.length };
}

async function render(pool: EnginePool, photo: Buffer): Promise<void> {
  const file = new Uint8Array(photo);
  const set = variantSets().get('product') ?? [];
  const picture = await pool.decode(file, await pool.inspect(file), set);
  await Promise.all([Array.fromAsync(picture.render()), picture.summarise()]);
  picture.close();
}
