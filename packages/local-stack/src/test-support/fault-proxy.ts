import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const answers = {
  'slow-down': [503, 'SlowDown'],
  error: [500, 'InternalError'],
  forbid: [403, 'AccessDenied'],
  /** A bad request, which no retry can fix. */
  refuse: [400, 'InvalidRequest'],
} as const;

export type Misbehaviour = keyof typeof answers | 'hang' | 'reset' | 'cut-upload' | 'cut-download';

export interface FaultProxy {
  readonly endpoint: string;
  /** Called for every request; returns the fault to inject, or undefined. */
  misbehave(choose: ((request: IncomingMessage) => Misbehaviour | undefined) | undefined): void;
  stop(): Promise<void>;
}

/**
 * A proxy in front of an S3 server. It forwards the Host header unchanged: signatures for the proxy's address stay valid at the
 * server.
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  let choose: ((request: IncomingMessage) => Misbehaviour | undefined) | undefined;
  const server = createServer((request, response) => {
    // Kept separately: a request loses its socket when the socket is closed.
    const { socket } = request;
    // The client sees any failure as a closed connection.
    forward(request, response, choose?.(request)).catch(() => socket.destroy());
  });

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse, fault: Misbehaviour | undefined) {
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault !== undefined && fault in answers) {
      const [status, code] = answers[fault as keyof typeof answers];
      incoming.resume();
      outgoing.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
      outgoing.end(`<Error><Code>${code}</Code><Message>An injected fault.</Message></Error>`);
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
      // Otherwise hanging requests would continue after the fault is over.
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

/** Forwards half of the announced bytes, then breaks the connection. Messages without a body are not changed. */
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
