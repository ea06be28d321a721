import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Contender } from './contenders.ts';
import type { Measured } from './put-under-load.ts';
import { ticketRequest } from './ticket-request.ts';

const CONNECTIONS = 256;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Requests tickets at an even rate, as independent callers do: each request has a scheduled time, and does not wait for
 * earlier responses. Latency counts from the scheduled time, and includes stalls for every request during them (this
 * avoids coordinated omission). autocannon would send each second's share in one burst, and measure its own queue.
 *
 * @param rate tickets per second
 * @throws Error if a request gets no ticket: a rejection is faster than a ticket
 */
export async function putUnderEvenLoad(to: Contender, rate: number, seconds: number): Promise<Measured> {
  const { origin, pathname: path } = new URL(to.url);
  const timeouts = { headersTimeout: REQUEST_TIMEOUT_MS, bodyTimeout: REQUEST_TIMEOUT_MS };
  const pool = new Pool(origin, { connections: CONNECTIONS, ...timeouts });
  const request = { path, ...ticketRequest(to) };
  const micros = createHistogram();
  const start = performance.now();

  async function requestAt(dueMs: number): Promise<void> {
    const { statusCode, body } = await pool.request(request);
    await body.dump();
    if (statusCode !== 201) throw new Error(`${to.url} responded ${statusCode} instead of a ticket.`);
    micros.record(Math.max(1, Math.round((performance.now() - start - dueMs) * 1000)));
  }

  const requests: Promise<void>[] = [];
  try {
    const total = rate * seconds;
    while (requests.length < total) {
      const dueByNow = Math.min(total, 1 + Math.floor(((performance.now() - start) / 1000) * rate));
      while (requests.length < dueByNow) requests.push(requestAt((requests.length / rate) * 1000));
      await delay(1);
    }
    await Promise.all(requests);
    const elapsedSeconds = (performance.now() - start) / 1000;
    return {
      ticketsPerSecond: total / elapsedSeconds,
      p50Ms: ms(micros.percentile(50)),
      p99Ms: ms(micros.percentile(99)),
    };
  } finally {
    await pool.destroy();
  }
}

/** Microseconds as milliseconds with one decimal: the scheduler's timer has a resolution of 1 ms. */
const ms = (micros: number) => Math.round(micros / 100) / 10;
