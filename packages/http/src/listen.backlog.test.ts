import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';

/** Connections that the system has dropped because a server had not accepted earlier ones: man 5 proc_pid_net, "netstat". */
async function droppedConnections(): Promise<number> {
  const lines = (await readFile('/proc/net/netstat', 'utf8')).split('\n');
  const [names = [], values = []] = lines.filter((line) => line.startsWith('TcpExt')).map((line) => line.split(' '));
  return Number(values[names.indexOf('ListenOverflows')]);
}

test.runIf(process.platform === 'linux')(
  'a client that opens a thousand connections at once leaves room for those of others',
  async () => {
    const server = await listen(() => new Response(), { hostname: '127.0.0.1', port: 0 });
    const before = await droppedConnections();
    // The server accepts none of them in this turn of the event loop.
    const sockets = Array.from({ length: 1_000 }, () => connect(server.address.port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    expect(await droppedConnections()).toBe(before);
    for (const socket of sockets) socket.destroy();
    await server.close(0);
  },
);
