import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

interface Victim {
  readonly apiUrl: string;
  /** An ordinary upload key of the hostile tenant. */
  readonly uploadKey: string;
  /** Ends the attack. */
  readonly signal: AbortSignal;
  /** Called after each request, with any response. */
  readonly onSent: () => void;
}

/** One way to load the API with an ordinary upload key. Repeats until the signal; failures of its requests are its own. */
export interface Attack {
  readonly name: string;
  run(victim: Victim): Promise<void>;
}

const PAUSE_MS = 50;
const TIMEOUT_MS = 10_000;
/** A socket that is open for longer has shown its effect. */
const HELD_OPEN_MS = 5_000;
const product = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 1_000, category: 'product' };

/** Built once: to build them for each request would take more CPU from the service under test than the requests themselves. */
const wrongFields = JSON.stringify({
  images: [
    { ...product, metadata: Object.fromEntries(Array.from({ length: 85_000 }, (_, index) => [`k${index}`, 0])) },
  ],
});
const oneByteChunks = '1\r\n \r\n'.repeat(1_000_000);

const Ticket = z.object({ imageId: z.string(), followToken: z.string().optional() });

export const hostileRequests: readonly Attack[] = [
  attack('tickets without an upload', 16, async (victim) => {
    await ticket(victim);
  }),
  attack('a ticket and its deletion', 4, async (victim) => {
    const { imageId } = await ticket(victim);
    await call(victim, 'DELETE', `/v1/images/${imageId}`);
  }),
  attack('listings of failed images', 12, async (victim) => {
    await call(victim, 'GET', '/v1/images?status=failed&limit=100');
  }),
  attack('a body of many wrong fields, and no reader of the response', 10, async (victim) => {
    await onSocket(victim, async (socket) => {
      socket.pause();
      socket.write(head(victim, 'upload-urls', `content-length: ${wrongFields.length}`));
      socket.write(wrongFields);
      await delay(HELD_OPEN_MS, undefined, { signal: victim.signal });
    });
  }),
  attack('a body in chunks of one byte', 8, async (victim) => {
    await onSocket(victim, async (socket) => {
      socket.resume();
      socket.write(head(victim, 'upload-url', 'transfer-encoding: chunked'));
      socket.write(oneByteChunks);
      await Promise.race([once(socket, 'close'), delay(TIMEOUT_MS, undefined, { signal: victim.signal })]);
    });
  }),
  attack('a request whose headers never end', 20, async (victim) => {
    await onSocket(victim, async (socket) => {
      socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n');
      await delay(HELD_OPEN_MS, undefined, { signal: victim.signal });
    });
  }),
  attack('many followers with one token', 200, async (victim) => {
    const { imageId, followToken = victim.uploadKey } = await ticket(victim);
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const headers = { authorization: `Bearer ${followToken}`, accept: 'text/event-stream' };
        const signal = AbortSignal.any([victim.signal, AbortSignal.timeout(HELD_OPEN_MS)]);
        const followed = await fetch(`${victim.apiUrl}/v1/images/${imageId}/events`, { headers, signal });
        // Nothing reads the events.
        if (followed.ok) await delay(HELD_OPEN_MS, undefined, { signal: victim.signal });
        await followed.body?.cancel();
      }),
    );
  }),
];

/** Repeats a request with this many senders at once. */
function attack(name: string, senders: number, send: (victim: Victim) => Promise<void>): Attack {
  async function sender(victim: Victim): Promise<void> {
    while (!victim.signal.aborted) {
      // A refusal is the expected answer.
      await send(victim).catch(() => {});
      victim.onSent();
      await delay(PAUSE_MS, undefined, { signal: victim.signal }).catch(() => {});
    }
  }
  return {
    name,
    run: async (victim) => void (await Promise.all(Array.from({ length: senders }, () => sender(victim)))),
  };
}

const ticket = async (victim: Victim) => Ticket.parse(await call(victim, 'POST', '/v1/images/upload-url', product));

async function call({ apiUrl, uploadKey, signal }: Victim, method: string, path: string, body?: object) {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${uploadKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
  return text === '' ? undefined : JSON.parse(text);
}

const head = ({ uploadKey }: Victim, path: 'upload-url' | 'upload-urls', length: string) =>
  [
    `POST /v1/images/${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${uploadKey}`,
    'content-type: application/json',
    ...[length, '\r\n'],
  ].join('\r\n');

async function onSocket({ apiUrl, signal }: Victim, use: (socket: Socket) => Promise<void>): Promise<void> {
  const { hostname, port } = new URL(apiUrl);
  const socket = connect({ host: hostname, port: Number(port), signal });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    await use(socket);
  } finally {
    socket.destroy();
  }
}
