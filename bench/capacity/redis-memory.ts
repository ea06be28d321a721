import type { Redis } from 'ioredis';

const PAGE = 1_000;

/** Memory of what Redis keeps, in bytes by the second part of its keys: `render` holds jobs, `images` the listing. */
export async function redisMemory(redis: Redis): Promise<Readonly<Record<string, number>>> {
  const bytes: Record<string, number> = {};
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', PAGE);
    const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    for (const [index, key] of keys.entries()) {
      const family = key.split(':')[1] ?? key;
      bytes[family] = (bytes[family] ?? 0) + Number(sizes[index]);
    }
    cursor = next;
  } while (cursor !== '0');
  return bytes;
}
