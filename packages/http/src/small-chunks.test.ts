import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { dropSmallChunks, onSmallChunks } from './small-chunks.ts';

/** One read of Node's is 64 KiB, and a chunk of one byte takes six. */
const CHUNKS_OF_ONE_READ = 10_000;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that answers with the number of bytes that it got, or refuses. */
async function serve(onDropped: (request: IncomingMessage) => void = () => {}) {
  const server = createServer((request, response) => {
    dropSmallChunks(request);
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.end(`${bytes} bytes`));
    onSmallChunks(request, () => {
      onDropped(request);
      response.writeHead(413, { connection: 'close' }).end('refused');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return async function send(chunk: string, times: number): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    let heard = '';
    socket.on('data', (data) => {
      heard += String(data);
    });
    const chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(times);
    const head = ['POST / HTTP/1.1', 'host: a', 'connection: close', 'transfer-encoding: chunked', '\r\n'].join('\r\n');
    socket.write(`${head}${chunks}0\r\n\r\n`);
    await once(socket, 'close');
    return /(?:\d+ bytes|refused)/.exec(heard)?.[0] ?? 'no answer';
  };
}

test.each([
  ['1,000 of one byte', ' ', 1_000, '1000 bytes'],
  ['4,000 of 256 bytes', 'x'.repeat(256), 4_000, '1024000 bytes'],
  ['10,000 of one byte', ' ', 10_000, 'refused'],
  ['10,000 of 64 bytes', 'x'.repeat(64), 10_000, 'refused'],
])('a body in chunks is delivered whole unless they are many and small: %s', async (_which, chunk, times, answer) => {
  const send = await serve();
  expect(await send(chunk, times)).toBe(answer);
});

test('no more of the same read is delivered, and later requests get their bodies', async () => {
  let delivered = 0;
  const send = await serve((request) => {
    request.push = () => {
      delivered += 1;
      return true;
    };
  });
  const answers = await Promise.all([1, 2, 3].map(() => send(' ', CHUNKS_OF_ONE_READ)));
  expect(answers).toEqual(['refused', 'refused', 'refused']);
  // Without it, Node would deliver all of them; the end of a body is one delivery.
  expect(delivered).toBeLessThanOrEqual(3);
  expect(await Promise.all([1, 2, 3, 4].map(() => send('x'.repeat(100), 5)))).toEqual(Array(4).fill('500 bytes'));
});
