import { once } from 'node:events';
import { connect } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { listen } from '../http/listen.ts';
import { createLiveEvent } from './live-event.ts';
import { createSseListener, type SseListener } from './sse-listener.ts';

const event = createLiveEvent('status', 'id', { text: 'x'.repeat(30_000) });

/** One stream to a client that has connected and does not read. */
async function unread() {
  let listener: SseListener | undefined;
  const app = new Hono<{ Bindings: HttpBindings }>().get('/', (c) => {
    listener = createSseListener({ byToken: false, onCancel: () => {}, cut: () => c.env.outgoing.destroy() });
    return c.body(listener.body);
  });
  const server = await listen(app.fetch as never, { hostname: '127.0.0.1', port: 0 });
  const socket = connect(server.address.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const made = await vi.waitUntil(() => listener);
  return { listener: made, socket, server };
}

test('buffers no more than the limit for a client that does not read, then closes the connection', async () => {
  const { listener, socket, server } = await unread();
  let refusedInARow = 0;
  // The kernel's buffers of both ends fill up first, between two turns of the event loop.
  await vi.waitUntil(
    () => {
      let sent = 0;
      while (sent < 10 && listener.send(event)) sent += 1;
      expect(sent).toBeLessThan(4);
      refusedInARow = sent === 0 ? refusedInARow + 1 : 0;
      return refusedInARow > 20;
    },
    { interval: 2 },
  );
  const closed = once(socket, 'close');
  listener.end('slow');
  socket.resume();
  await closed;
  await server.close(0);
});

test('a stream ends after all events before it', async () => {
  const listener = createSseListener({ byToken: false, onCancel: () => {}, cut: () => {} });
  listener.send(event);
  listener.end('ended');
  expect(await new Response(listener.body).text()).toMatch(
    /^retry: 2000\n\nevent: status\nid: id\ndata: {"text":"x+"}\n\n$/,
  );
});

test('events after the end are dropped', async () => {
  const listener = createSseListener({ byToken: false, onCancel: () => {}, cut: () => {} });
  listener.end('renew');
  expect([listener.send(event), listener.beat()]).toEqual([true, true]);
  expect(await new Response(listener.body).text()).toBe('retry: 2000\n\n');
});
