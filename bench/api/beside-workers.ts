import { readdir } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { corpus } from '../engine/sources.ts';
import type { Contender } from './contenders.ts';
import type { Measured } from './put-under-load.ts';
import { ticketRequest } from './ticket-request.ts';

/** Recommended for workers beside an API: they get the CPU that the API does not use. */
const WORKER_NICENESS = 10;
const UPLOADS_AT_ONCE = 8;

export interface BesideWorkers {
  readonly idle: Measured;
  readonly busy: Measured;
}

interface Fleet {
  readonly ours: Contender;
  /** Starts one worker process with one slot per core. */
  startWorker(): Promise<{ readonly pid: number; stop(): Promise<void> }>;
}

/**
 * Measures a load on idle cores, then while a worker renders at full load on them.
 *
 * @param images number of photographs for the worker; more than it can render in the time
 * @throws Error if the worker finished before the load
 */
export async function measureBesideWorkers(
  { ours, startWorker }: Fleet,
  images: number,
  load: () => Promise<Measured>,
): Promise<BesideWorkers> {
  const idle = await load();
  const ids = await uploadPhotographs(ours, images);
  const worker = await startWorker();
  try {
    while ((await statusOf(ours, ids[0] as string)) !== 'ready') await delay(50);
    await lowerPriority(worker.pid);
    const busy = await load();
    if ((await statusOf(ours, ids.at(-1) as string)) === 'ready')
      throw new Error('The worker finished before the load did: increase the number of photographs.');
    return { idle, busy };
  } finally {
    await worker.stop();
  }
}

/** On Linux, each thread has its own priority; new threads inherit that of their creator. */
async function lowerPriority(pid: number): Promise<void> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [String(pid)]);
  for (const thread of threads) setPriority(Number(thread), WORKER_NICENESS);
}

async function uploadPhotographs(ours: Contender, images: number): Promise<string[]> {
  const photos = await corpus();
  const slot = pLimit(UPLOADS_AT_ONCE);
  const upload = async (index: number): Promise<string> => {
    const bytes = photos[index % photos.length]?.bytes ?? Buffer.alloc(0);
    const { method, headers, body } = ticketRequest(ours);
    const request = JSON.stringify({ ...JSON.parse(body), contentLength: bytes.byteLength });
    const ticket = await answer(fetch(ours.url, { method, headers, body: request }));
    await done(fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: new Uint8Array(bytes) }));
    await done(fetch(`${imageUrl(ours, ticket.imageId)}/complete`, { method: 'POST', headers: ours.headers }));
    return ticket.imageId;
  };
  return Promise.all(Array.from({ length: images }, (_, index) => slot(upload, index)));
}

const imageUrl = ({ url }: Contender, imageId: string) => new URL(imageId, url).href;

async function statusOf(ours: Contender, imageId: string): Promise<string> {
  return (await answer(fetch(imageUrl(ours, imageId), { headers: ours.headers }))).status;
}

async function done(response: Promise<Response>): Promise<Response> {
  const received = await response;
  if (!received.ok) throw new Error(`${received.url} responded ${received.status}: ${await received.text()}`);
  return received;
}

// biome-ignore lint/suspicious/noExplicitAny: a response of our own API, whose contract has its own tests
const answer = async (response: Promise<Response>): Promise<any> => (await done(response)).json();
