import autocannon from 'autocannon';
import type { Contender } from './contenders.ts';

const CONNECTIONS = 50;
const body = JSON.stringify({
  filename: 'shoe.jpg',
  contentType: 'image/jpeg',
  contentLength: 2_000_000,
  category: 'product',
});

export interface Measured {
  readonly ticketsPerSecond: number;
  /** With what the generator itself was late counted in, so that a stall is not seen as few slow requests. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Asks for tickets over many connections for a while.
 *
 * @param rate tickets a second; undefined for as many as are given out
 * @throws Error when a request failed: a refusal is quicker than a ticket
 */
export async function putUnderLoad(to: Contender, rate: number | undefined, seconds: number): Promise<Measured> {
  const result = await autocannon({
    url: to.url,
    method: 'POST',
    headers: { ...to.headers, 'content-type': 'application/json' },
    body,
    connections: CONNECTIONS,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
  });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests to ${to.url} got no ticket.`);
  const { p50: p50Ms, p99: p99Ms } = result.latency;
  return { ticketsPerSecond: result.requests.average, p50Ms, p99Ms };
}
