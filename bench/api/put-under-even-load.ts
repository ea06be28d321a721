import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Contender } from './contenders.ts';
import type { Measured } from './put-under-load.ts';
import { ticketRequest } from './ticket-request.ts';

const CONNECTIONS = 256;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Asks for tickets at an even rate, each at its own time whether or not the ones before it are answered, as callers who know
 * nothing of each other do. Latency counts from that time, so a stall is felt by all who came during it, and not by one
 * (coordinated omission). autocannon sends each second's share in one burst, whose own queue would be measured.
 *
 * @param rate tickets a second
 * @throws Error when a request got no ticket: a refusal is quicker
 */
export async function putUnderEvenLoad(to: Contender, rate: number, seconds: number): Promise<Measured> {
  const { origin, pathname: path } = new URL(to.url);
  const timeouts = { headersTimeout: REQUEST_TIMEOUT_MS, bodyTimeout: REQUEST_TIMEOUT_MS };
  const pool = new Pool(origin, { connections: CONNECTIONS, ...timeouts });
  const request = { path, ...ticketRequest(to) };
  const micros = createHistogram();
  const start = performance.now();

  async function askAt(dueMs: number): Promise<void> {
    const { statusCode, body } = await pool.request(request);
    await body.dump();
    if (statusCode !== 201) throw new Error(`${to.url} answered ${statusCode} in the place of a ticket.`);
    micros.record(Math.max(1, Math.round((performance.now() - start - dueMs) * 1000)));
  }

  const asked: Promise<void>[] = [];
  try {
    const total = rate * seconds;
    while (asked.length < total) {
      const dueByNow = Math.min(total, 1 + Math.floor(((performance.now() - start) / 1000) * rate));
      while (asked.length < dueByNow) asked.push(askAt((asked.length / rate) * 1000));
      await delay(1);
    }
    await Promise.all(asked);
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

/** Microseconds as milliseconds with one decimal: the pacer's own timer is no better than 1 ms. */
const ms = (micros: number) => Math.round(micros / 100) / 10;
