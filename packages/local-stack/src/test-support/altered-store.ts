import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer of the server behind, or of the altered store instead. */
interface StoreAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
}

export interface Alteration {
  /** Headers of the request that the store does not see. Only unsigned ones leave the signature valid. */
  readonly drop?: readonly string[];
  /** Answers instead of the store, without asking it. */
  readonly instead?: (request: IncomingMessage) => StoreAnswer | undefined;
  /** Changes the store's answer; its body is sent only if this returns undefined. */
  readonly after?: (request: IncomingMessage, answer: StoreAnswer) => StoreAnswer | undefined;
}

/** A store with the capabilities of another server: a proxy in front of an S3 server that changes some requests and answers. */
export async function startAlteredStore(target: string, { drop = [], instead, after }: Alteration) {
  const server = createServer((incoming, outgoing) => {
    const own = instead?.(incoming);
    if (own) {
      incoming.resume();
      outgoing.writeHead(own.status, own.headers).end();
      return;
    }
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !drop.includes(name)));
    const onward = send(new URL(incoming.url ?? '/', target), { method: incoming.method, headers, setHost: false });
    onward.once('response', (response) => {
      const answer = { status: response.statusCode ?? 502, headers: response.headers };
      const changed = after?.(incoming, answer);
      if (!changed) {
        outgoing.writeHead(answer.status, answer.headers);
        response.pipe(outgoing);
        return;
      }
      response.resume();
      outgoing.writeHead(changed.status, changed.headers).end();
    });
    onward.once('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
