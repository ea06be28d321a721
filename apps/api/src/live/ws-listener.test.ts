import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { createWsListener } from './ws-listener.ts';

/** A listener, and the client at the other end of its socket. */
async function connected(options: ClientOptions = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  /** The client's ping is answered after everything that it sent before, and after everything that it received. */
  const roundTrip = async () => {
    client.ping();
    await once(client, 'pong');
  };
  return { listener: createWsListener(socket, { byToken: false }), roundTrip, client };
}

test('keeps a client that answers each ping before the next one', async () => {
  const { listener, client, roundTrip } = await connected();
  for (let beats = 0; beats < 3; beats += 1) {
    const ping = once(client, 'ping');
    expect(listener.beat()).toBe(true);
    await ping;
    await roundTrip();
  }
});

test('drops a client that has not answered a ping at the next one', async () => {
  const { listener, client, roundTrip } = await connected({ autoPong: false });
  const ping = once(client, 'ping');
  expect(listener.beat()).toBe(true);
  await ping;
  await roundTrip();
  expect(listener.beat()).toBe(false);
});
