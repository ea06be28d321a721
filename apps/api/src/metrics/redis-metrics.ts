import type { RedisHealth } from '@imagemill/queue';
import { Gauge, type Registry } from 'prom-client';

/**
 * The memory of Redis, read at each scrape. No value while Redis is away.
 *
 * @param read must end within the time of a scrape
 */
export function addRedisMetrics(
  registry: Registry,
  read: () => Promise<Pick<RedisHealth, 'usedBytes' | 'maxBytes'>>,
): void {
  new Gauge({
    name: 'imagemill_redis_memory_bytes',
    help: 'Memory of Redis: used, and max (maxmemory; no value without a limit).',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      const memory = await read().catch(() => undefined);
      this.reset();
      if (!memory) return;
      this.set({ kind: 'used' }, memory.usedBytes);
      if (memory.maxBytes > 0) this.set({ kind: 'max' }, memory.maxBytes);
    },
  });
}
