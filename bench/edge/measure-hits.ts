import autocannon from 'autocannon';
import { atEvenRate, type EvenLoad } from '../load/at-even-rate.ts';
import { openHitClient } from '../load/hit-client.ts';
import type { Contender } from './contenders.ts';

export interface Hits {
  readonly connections: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const EVEN_CONNECTIONS = 64;

/** @throws Error if a response is not a picture */
export async function measureHits(from: Contender, path: string, connections: number, seconds: number): Promise<Hits> {
  const result = await autocannon({ url: `${from.url}${path}`, connections, duration: seconds, timeout: 60 });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests to ${from.url}${path} failed.`);
  const { p50: p50Ms, p99: p99Ms } = result.latency;
  return { connections, perSecond: result.requests.total / result.duration, p50Ms, p99Ms };
}

/** Hits at an even rate, as of independent shoppers. @throws Error if a response is not a picture */
export async function measureEvenHits(from: Contender, path: string, rate: number, seconds: number): Promise<EvenLoad> {
  const client = await openHitClient(from.url, path, EVEN_CONNECTIONS);
  try {
    return await atEvenRate(rate, seconds, client.get);
  } finally {
    client.close();
  }
}
