import { Pool } from 'undici';
import { atEvenRate } from '../load/at-even-rate.ts';
import type { Contender } from './contenders.ts';
import type { Measured } from './put-under-load.ts';
import { ticketRequest } from './ticket-request.ts';

const CONNECTIONS = 256;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Requests tickets at an even rate.
 *
 * @param rate tickets per second
 * @throws Error if a request gets no ticket: a rejection is faster than a ticket
 */
export async function putUnderEvenLoad(to: Contender, rate: number, seconds: number): Promise<Measured> {
  const { origin, pathname: path } = new URL(to.url);
  const timeouts = { headersTimeout: REQUEST_TIMEOUT_MS, bodyTimeout: REQUEST_TIMEOUT_MS };
  const pool = new Pool(origin, { connections: CONNECTIONS, ...timeouts });
  const request = { path, ...ticketRequest(to) };
  try {
    const { perSecond, ...latency } = await atEvenRate(rate, seconds, async () => {
      const { statusCode, body } = await pool.request(request);
      await body.dump();
      if (statusCode !== 201) throw new Error(`${to.url} responded ${statusCode} instead of a ticket.`);
    });
    return { ticketsPerSecond: perSecond, ...latency };
  } finally {
    await pool.destroy();
  }
}
