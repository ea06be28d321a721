import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';

interface HttpCall {
  readonly endpoint: { readonly protocol: string; readonly hostname: string; readonly port?: number | undefined };
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request over a connection that is kept, without retries and redirects. */
export interface HttpSender {
  /** @throws the signal's reason; Error if the connection breaks or a time limit is over before the response begins */
  send(call: HttpCall): Promise<IncomingMessage>;
  destroy(): void;
}

interface HttpLimits {
  readonly connectMs: number;
  /** From the call to the headers of the response, and for any idle time after that. */
  readonly responseMs: number;
  readonly connectionsMax: number;
}

export function createHttpSender({ connectMs, responseMs, connectionsMax }: HttpLimits): HttpSender {
  const options = { keepAlive: true, maxSockets: connectionsMax };
  const agents = { http: freeReads(new HttpAgent(options)), https: freeReads(new HttpsAgent(options)) };

  return {
    send({ endpoint: { protocol, hostname, port }, body, signal, ...call }) {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      // Node takes an IPv6 address without its brackets.
      const address = { ...call, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port };
      const isSafe = protocol === 'https:';
      const request = isSafe
        ? requestHttps({ ...address, agent: agents.https })
        : requestHttp({ ...address, agent: agents.http });
      const abort = () => request.destroy(signal?.reason);
      const limits = [after(responseMs, () => request.destroy(new Error(`No response within ${responseMs} ms.`)))];
      const settle = () => {
        signal?.removeEventListener('abort', abort);
        for (const end of limits) end();
      };
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        const end = after(connectMs, () => request.destroy(new Error(`No connection within ${connectMs} ms.`)));
        limits.push(end);
        socket.once('connect', end);
      });
      request.once('response', (response) => {
        settle();
        request.setTimeout(responseMs, () => response.destroy(new Error(`No data within ${responseMs} ms.`)));
        resolve(response);
      });
      // Once there is a response, its reader gets the error.
      request.on('error', (error) => {
        settle();
        reject(error);
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
      request.end(body);
      return promise;
    },
    destroy() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/**
 * Runs `action` after this time, unless it is ended. What has arrived by then is handled first: while the process had no core, no time of the
 * server has passed. The queue's limit-waits.ts has a copy: the two packages share only the shape of errors, which is no place for timers.
 */
function after(ms: number, action: () => void): () => void {
  let isEnded = false;
  const timer = setTimeout(() => setImmediate(() => isEnded || action()), ms);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}

/**
 * Frees what a connection has read as soon as Node has parsed it: bodies are copies. If it were left to the garbage collector, V8 would collect
 * its whole heap for every 64 MB, which takes more CPU than reading them.
 */
function freeReads<A extends HttpAgent>(agent: A): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const connection: Duplex | null | undefined = connect(...args);
    connection?.on('data', ({ buffer, byteLength }: Uint8Array) => {
      // After all listeners: Node's parser is one of them.
      if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) queueMicrotask(() => buffer.transfer(0));
    });
    return connection;
  };
  return agent;
}
