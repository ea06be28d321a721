import { once } from 'node:events';
import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What S3 would bill. */
interface StorageUse {
  /** PUT, POST and LIST. */
  readonly writes: number;
  /** GET and HEAD of objects. */
  readonly reads: number;
  /** Of originals. */
  readonly uploadBytes: number;
  /** Of renditions, manifests and the index. */
  readonly writtenBytes: number;
}

export interface CountingProxy {
  readonly endpoint: string;
  readonly use: () => StorageUse;
  /** Images whose manifest was stored. */
  readonly finished: () => number;
  /** @param listener is called after each stored manifest @returns ends the calls */
  onFinished(listener: () => void): () => void;
  stop(): Promise<void>;
}

const UPLOAD = '/originals/originals/';
const MANIFEST = '/originals/manifests/';

/** DELETE is free, and no image here is deleted. */
function isWrite(method: string, path: string, query: string): boolean {
  const isList = method === 'GET' && (query.includes('list-type') || path.split('/').filter(Boolean).length < 2);
  return method === 'PUT' || method === 'POST' || isList;
}

/** A proxy in front of the storage that counts. Its own CPU is that of this program, which nothing measures. */
export async function startCountingProxy(endpoint: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const counted = { writes: 0, reads: 0, uploadBytes: 0, writtenBytes: 0 };
  const listeners = new Set<() => void>();
  let finished = 0;

  function count(method: string, url: string, bytes: number): void {
    const [path = '', query = ''] = url.split('?');
    counted[isWrite(method, path, query) ? 'writes' : 'reads']++;
    if (method !== 'PUT') return;
    counted[path.startsWith(UPLOAD) ? 'uploadBytes' : 'writtenBytes'] += bytes;
    if (!path.startsWith(MANIFEST)) return;
    finished++;
    for (const listener of listeners) listener();
  }

  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    // The signature covers the host that the client has named: headers are passed on as they are.
    const onward = send({ hostname, port, agent, method, path: url, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(outgoing);
      const bytes = Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? 0);
      const isDone = (response.statusCode ?? 500) < 300;
      // A request that was refused is billed too, but has stored nothing.
      response.once('end', () => count(method, url, isDone ? bytes : 0));
    });
    onward.once('error', (error) => outgoing.destroy(error));
    incoming.pipe(onward);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: () => ({ ...counted }),
    finished: () => finished,
    onFinished(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
