import { connect, type Socket } from 'node:net';

const READ_BYTES = 256 * 1024;

/** Sends GETs of one path over connections that stay open. */
export interface HitClient {
  /** Resolves with the end of the response. Waits for a free connection. @throws Error if it is no 200, or the connection ends */
  get(): Promise<void>;
  close(): void;
}

/**
 * A client that drops the bytes of responses where it reads them. Node's own clients give each response new buffers: at some hundred
 * pictures per second, their collection stops both cores for up to 20 ms, which is then measured as latency of the server.
 *
 * Only for responses with a Content-Length, from servers of this project.
 */
export async function openHitClient(url: string, path: string, connections: number): Promise<HitClient> {
  const { hostname, port } = new URL(url);
  const request = `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`;
  const all = await Promise.all(
    Array.from({ length: connections }, () => openConnection({ host: hostname, port: Number(port) }, request)),
  );
  const idle = [...all];
  const waiting: ((connection: Connection) => void)[] = [];
  return {
    async get() {
      // In turns: the server closes a connection that is idle for seconds.
      const connection = idle.shift() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
      await connection.get();
      const next = waiting.shift();
      if (next) next(connection);
      else idle.push(connection);
    },
    close() {
      for (const { socket } of all) socket.destroy();
    },
  };
}

interface Connection {
  readonly socket: Socket;
  get(): Promise<void>;
}

async function openConnection(to: { host: string; port: number }, request: string): Promise<Connection> {
  let response = Promise.withResolvers<void>();
  const read = createResponseReader(
    () => response.resolve(),
    (error) => response.reject(error),
  );
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const onread = {
    buffer,
    callback: (length: number) => {
      read(buffer, length);
      return true;
    },
  };
  const socket = connect({ ...to, onread, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', (error) => response.reject(error));
  socket.on('close', () => response.reject(new Error('The server has closed the connection.')));
  response.promise.catch(() => {});
  return {
    socket,
    get() {
      response = Promise.withResolvers();
      // A closed socket takes a write without any event.
      if (socket.closed) response.reject(new Error('The server has closed the connection.'));
      else socket.write(request);
      return response.promise;
    },
  };
}

/** Finds the ends of responses, one after the other. */
function createResponseReader(onEnd: () => void, onError: (error: Error) => void) {
  let head = '';
  /** That are still to come; undefined before the end of the head. */
  let bodyBytes: number | undefined;
  return (buffer: Buffer, length: number): void => {
    let received = length;
    if (bodyBytes === undefined) {
      const before = head.length;
      head += buffer.toString('latin1', 0, length);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const size = /\r\ncontent-length: (\d+)\r\n/i.exec(head.slice(0, end + 2))?.[1];
      if (!head.startsWith('HTTP/1.1 200 ') || size === undefined) {
        onError(new Error(head.slice(0, end)));
        return;
      }
      bodyBytes = Number(size);
      received -= end + 4 - before;
    }
    bodyBytes -= received;
    if (bodyBytes > 0) return;
    head = '';
    bodyBytes = undefined;
    onEnd();
  };
}
