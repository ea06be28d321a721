import type { EdgeContender } from './contenders.ts';
import { getPicture, openPool } from './fetch-pictures.ts';

export interface OneKey {
  readonly requests: number;
  /** Responses that were not a picture. */
  readonly failed: number;
  readonly renders: number;
  readonly seconds: number;
}

const POOLS = 2;

/** Concurrent requests for one cold key on several edge processes, each on a connection of its own. */
export async function measureOneKey(edges: readonly EdgeContender[], path: string, requests: number): Promise<OneKey> {
  const before = await rendersOf(edges);
  const each = Math.ceil(requests / edges.length);
  const pools = edges.flatMap((edge) => Array.from({ length: POOLS }, () => openPool(edge, Math.ceil(each / POOLS))));
  const start = performance.now();
  let failed = 0;
  try {
    const sent = pools.flatMap((pool) =>
      Array.from({ length: Math.ceil(each / POOLS) }, async () => {
        await getPicture(pool, path).catch(() => failed++);
      }),
    );
    await Promise.all(sent);
    const seconds = (performance.now() - start) / 1000;
    return { requests: sent.length, failed, renders: (await rendersOf(edges)) - before, seconds };
  } finally {
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}

/** The pictures that all these processes have rendered since their start. */
async function rendersOf(edges: readonly EdgeContender[]): Promise<number> {
  const counts = await Promise.all(
    edges.map(async ({ metricsUrl }) => {
      const text = await (await fetch(metricsUrl)).text();
      return Number(/^imagemill_edge_render_seconds_count\{step="encode"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
