import type { EdgeContender } from './contenders.ts';
import { getPicture, openPool } from './fetch-pictures.ts';
import type { Images } from './place-images.ts';

export interface FirstPicture {
  /** From the end of the upload to the last byte of its first picture. */
  readonly p50Ms: number;
  /** Of this, decode and encode. */
  readonly renderMs: number;
}

/** The planned `thumb` of a product, requested right after its upload, with no worker. */
export async function measureFirstPicture(
  edge: EdgeContender,
  images: Images,
  { bytes, count }: { bytes: Uint8Array; count: number },
): Promise<FirstPicture> {
  const pool = openPool(edge, 1);
  const times: { totalMs: number; renderMs: number }[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const [image] = await images.place(1, bytes, 'image/jpeg', 'product');
      if (!image) continue;
      const start = performance.now();
      const { headers } = await getPicture(pool, `/${images.keyOf(image, 'thumb', 'avif', 'product')}`);
      times.push({ totalMs: performance.now() - start, renderMs: renderMs(String(headers['server-timing'])) });
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    return {
      p50Ms: median(times.map(({ totalMs }) => totalMs)),
      renderMs: median(times.map(({ renderMs }) => renderMs)),
    };
  } finally {
    await pool.destroy();
  }
}

const renderMs = (serverTiming: string) =>
  [...serverTiming.matchAll(/(?:decode|encode);dur=([\d.]+)/g)].reduce((sum, [, ms]) => sum + Number(ms), 0);
