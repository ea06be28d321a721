import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { leaveRest } from './discard-rest.ts';
import { listen } from './listen.ts';

const READ_BYTES_MAX = 64 * 1024;

test('a body whose rest is left takes one read, and its sender gets the response', async () => {
  const closed = Promise.withResolvers<number>();
  async function refuse(_request: Request, { incoming }: { incoming: IncomingMessage }): Promise<Response> {
    const { socket } = incoming;
    socket.once('close', () => closed.resolve(socket.bytesRead));
    await once(incoming, 'data');
    leaveRest(incoming);
    return new Response('refused', { status: 413, headers: { connection: 'close' } });
  }
  const server = await listen(refuse as never, { hostname: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  const socket = connect(server.address.port, '127.0.0.1');
  socket.on('error', () => {});
  const head = 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n';
  socket.write(head);
  socket.write('1\r\n \r\n'.repeat(1_000_000));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  expect(await closed.promise).toBeLessThanOrEqual(head.length + READ_BYTES_MAX);
});
