import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StartUpError } from '@imagemill/service/start-up';
import { type Credentials, RequestSigner } from './auth/request-signer.ts';
import type { S3Service } from './call.ts';
import { createEventPublisher, type EventWebhook } from './events.ts';
import { handleRequest } from './handle-request.ts';
import { openStore } from './store/store.ts';

export interface S3ServerOptions {
  /** Defaults to 127.0.0.1. */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly region?: string;
  readonly credentials: Credentials;
  /** Created at the start if they are missing. */
  readonly buckets?: readonly string[];
  readonly objectBytesMax?: number;
  readonly eventWebhook?: EventWebhook;
  readonly now?: () => Date;
}

export interface S3Server {
  readonly endpoint: string;
  readonly port: number;
  close(): Promise<void>;
}

const OBJECT_BYTES_MAX = 5 * 1024 ** 3;
const CLOSE_GRACE_MS = 3_000;
/** Longer than any pause of a client: one that uses a connection at the moment of its end loses its request. */
const KEEP_ALIVE_MS = 3600_000;

/** Resolves when the server listens. @throws StartUpError if the port or the data directory cannot be used */
export async function createS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { host = '127.0.0.1', region = 'us-east-1', credentials } = options;
  const store = await openStore(options.dataDir);
  const service: S3Service = {
    store,
    events: createEventPublisher({ webhook: options.eventWebhook, region }),
    signer: new RequestSigner(credentials, region),
    accessKeyId: credentials.accessKeyId,
    region,
    objectBytesMax: options.objectBytesMax ?? OBJECT_BYTES_MAX,
    now: options.now ?? (() => new Date()),
  };
  for (const bucket of options.buckets ?? []) store.buckets.ensure(bucket, service.now());
  const { server, settled } = createHttpServer(service);
  try {
    await listen(server, options.port, host);
  } catch (error) {
    store.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    endpoint: `http://${reachableHost(host)}:${port}`,
    port,
    close: () => (closing ??= closeAll(server, settled, service)),
  };
}

function createHttpServer(service: S3Service): { server: Server; settled: () => Promise<unknown> } {
  const server = createServer({
    maxHeaderSize: 32 * 1024,
    headersTimeout: 20_000,
    requestTimeout: 15 * 60_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const running = new Set<Promise<void>>();
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse, clientWaits: boolean) => {
    const handling = handleRequest(incoming, outgoing, service, { clientWaits }).catch((error: unknown) => {
      console.error('S3 request could not be answered:', error);
      outgoing.destroy();
    });
    running.add(handling);
    void handling.finally(() => running.delete(handling));
  };
  server.on('request', (incoming, outgoing) => handle(incoming, outgoing, false));
  server.on('checkContinue', (incoming, outgoing) => handle(incoming, outgoing, true));
  return { server, settled: () => Promise.all(running) };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const inUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = inUse ? 'The port is already in use.' : String(cause);
    throw new StartUpError(`The S3 server cannot listen on ${host} port ${port}.`, [reason]);
  }
}

/** Requests in flight may finish within the grace period, then they are aborted. The store closes last, because they use it. */
async function closeAll(server: Server, settled: () => Promise<unknown>, service: S3Service): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const grace = new AbortController();
  await Promise.race([settled(), delay(CLOSE_GRACE_MS, undefined, { signal: grace.signal })]);
  grace.abort();
  // Also closes connections that never sent a request: Node does not count them as idle.
  server.closeAllConnections();
  await closed;
  await settled();
  await service.events.close();
  service.store.close();
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
