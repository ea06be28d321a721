import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { v7 as uuidv7 } from 'uuid';
import { cpuOfThreadsMs } from '../load/cpu-of-threads.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { type Contender, startContenders } from './contenders.ts';
import { ticketRequest } from './ticket-request.ts';

const CONNECTIONS = 16;

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Kind {
  readonly name: string;
  readonly status: number;
  readonly make: () => Sent;
}

interface Ticket {
  readonly imageId: string;
  readonly followToken: string;
}

/** CPU of one API process for a request, by kind: those that strangers can repeat without end, and the most frequent ones. */
export async function benchRequests({ quick }: { quick: boolean }): Promise<void> {
  const [rounds, requests] = quick ? [1, 100] : [5, 500];
  const { ours, stop } = await startContenders();
  const pool = new Pool(new URL(ours.url).origin, { connections: CONNECTIONS });
  try {
    const kinds = kindsOf(ours, await takeTicket(pool, ours));
    const micros = new Map(kinds.map(({ name }) => [name, [] as number[]]));
    // The first round finds V8 cold.
    for (let round = 0; round <= rounds; round += 1)
      for (const kind of kinds) {
        const used = await cpuMicros(pool, ours.pid, kind, requests);
        if (round > 0) micros.get(kind.name)?.push(used);
      }
    const rows = kinds.map(({ name, status }) => [name, String(status), ...shown(micros.get(name) ?? [])]);
    console.log(`\n${markdownTable(['request', 'status', 'CPU, least, µs', 'median, µs'], rows)}\n`);
    console.log(JSON.stringify({ ...machine(), rounds, requests, connections: CONNECTIONS }));
  } finally {
    await pool.close();
    await stop();
  }
}

function kindsOf({ headers }: Contender, { imageId, followToken }: Ticket): readonly Kind[] {
  const get = (path: string, key?: string): Sent => ({
    method: 'GET',
    path,
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
  });
  const image = `/v1/images/${imageId}`;
  const forged = `${followToken.slice(0, -4)}AAAA`;
  return [
    { name: 'no key', status: 401, make: () => get(image) },
    { name: 'a key that is none', status: 401, make: () => get(image, randomBytes(24).toString('hex')) },
    { name: 'an unknown key', status: 401, make: () => get(image, `im_live_${randomBytes(32).toString('base64url')}`) },
    { name: 'a forged follow token', status: 401, make: () => get(image, forged) },
    { name: 'status, with a follow token', status: 200, make: () => get(image, followToken) },
    { name: 'status, with a key', status: 200, make: () => ({ ...get(image), headers }) },
    { name: 'status of no image', status: 404, make: () => ({ ...get(`/v1/images/${uuidv7()}`), headers }) },
    { name: 'ticket', status: 201, make: () => ticketOf({ url: '', headers }) },
  ];
}

const ticketOf = (to: Contender): Sent => ({ path: '/v1/images/upload-url', ...ticketRequest(to) });

async function takeTicket(pool: Pool, to: Contender): Promise<Ticket> {
  const { body } = await pool.request(ticketOf(to));
  return (await body.json()) as Ticket;
}

/** @throws Error if a response has another status than expected */
async function cpuMicros(pool: Pool, pid: number, { name, status, make }: Kind, requests: number): Promise<number> {
  const before = cpuOfThreadsMs(pid);
  let left = requests;
  const send = async () => {
    while (left > 0) {
      left -= 1;
      const { statusCode, body } = await pool.request(make());
      await body.dump();
      if (statusCode !== status) throw new Error(`${name}: status ${statusCode}, not ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  return ((cpuOfThreadsMs(pid) - before) / requests) * 1_000;
}

function shown(values: readonly number[]): [least: string, median: string] {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)]].map((value) => (value ?? NaN).toFixed(0)) as [
    string,
    string,
  ];
}
