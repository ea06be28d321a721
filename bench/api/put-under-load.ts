import autocannon from 'autocannon';
import type { Contender } from './contenders.ts';
import { ticketRequest } from './ticket-request.ts';

const CONNECTIONS = 50;

export interface Measured {
  readonly ticketsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Requests tickets at the maximum rate over many connections. Each connection waits for its response: the latency is that
 * of a process that is never idle.
 *
 * @throws Error if a request failed: a rejection is faster than a ticket
 */
export async function putUnderLoad(to: Contender, seconds: number): Promise<Measured> {
  const result = await autocannon({
    url: to.url,
    ...ticketRequest(to),
    connections: CONNECTIONS,
    duration: seconds,
  });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests to ${to.url} got no ticket.`);
  const { p50: p50Ms, p99: p99Ms } = result.latency;
  return { ticketsPerSecond: result.requests.average, p50Ms, p99Ms };
}
