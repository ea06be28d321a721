import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const misbehaviours = ['unavailable', 'hang', 'reset', 'cut-upload', 'cut-download'] as const;
/** `refuse` is no trouble of the network: it says that the request itself is wrong, which no retry mends. */
type Misbehaviour = (typeof misbehaviours)[number] | 'refuse';

export interface FaultProxy {
  readonly endpoint: string;
  /** Asked for every request, what to do to it; nothing when it returns nothing. */
  misbehave(choose: (() => Misbehaviour | undefined) | undefined): void;
  stop(): Promise<void>;
}

/**
 * A proxy before an S3 server. It passes the Host header on as it came, so a signature made for the proxy's address
 * holds at the server behind it.
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  let choose: (() => Misbehaviour | undefined) | undefined;
  const server = createServer((request, response) => {
    // Kept by itself: a request forgets its socket when that is gone.
    const { socket } = request;
    // Whatever breaks on the way, the client sees a connection that ended.
    forward(request, response, choose?.()).catch(() => socket.destroy());
  });

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse, fault: Misbehaviour | undefined) {
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault === 'refuse') {
      incoming.resume();
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
    if (fault === 'unavailable') {
      incoming.resume();
      outgoing.writeHead(503, { 'content-type': 'application/xml', connection: 'close' });
      outgoing.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
      return;
    }
    const { method, headers, url } = incoming;
    const onward = send(new URL(url ?? '/', target), { method, headers, agent, setHost: false });
    const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
    const upload = fault === 'cut-upload' ? [incoming, cutHalf(headers), onward] : [incoming, onward];
    const sent = pipeline(upload as [IncomingMessage, typeof onward]);
    const [answer] = await Promise.race([answered, sent.then(() => answered)]);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    const download = fault === 'cut-download' ? [answer, cutHalf(answer.headers), outgoing] : [answer, outgoing];
    await pipeline(download as [IncomingMessage, ServerResponse]);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misbehave(next) {
      choose = next;
      // What hangs would hang on after the fault is over.
      if (!next) server.closeAllConnections();
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}

/** Lets half of what was announced through, then breaks the connection; a message without a body is not changed. */
function cutHalf(headers: IncomingMessage['headers']): Transform {
  let left = Math.ceil(Number(headers['content-length'] ?? 0) / 2);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.byteLength;
      if (left >= 0) done(null, chunk);
      else done(new Error('cut'));
    },
  });
}
