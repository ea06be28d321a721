import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { closeAfterwards } from './queue-harness.ts';

/** A proxy whose target can change, like a DNS name. Open connections stay on their old target. */
export async function proxyTo(first: string) {
  let redis = new URL(first);
  const pairs: [Socket, Socket][] = [];
  const server = createServer((near) => {
    const far = connect(Number(redis.port), redis.hostname);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    pairs.push([near, far]);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeAfterwards(async () => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pointTo(next: string) {
      redis = new URL(next);
    },
    /** Simulates a machine that disappears without closing its connections. */
    freeze() {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    /** Closes the open connections. */
    cut() {
      for (const sockets of pairs.splice(0)) for (const socket of sockets) socket.destroy();
    },
  };
}
