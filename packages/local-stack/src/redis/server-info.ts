import { Redis } from 'ioredis';

interface ServerInfo {
  readonly pid: number;
  readonly confPath: string;
}

interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password?: string | undefined;
}

const TIMEOUT_MS = 2_000;

/** Reads a server's identity. Throws if it does not answer, or is still loading its data. */
export async function askServerInfo(address: RedisAddress): Promise<ServerInfo> {
  const client = connectOnce(address);
  try {
    await client.connect();
    const [info] = await Promise.all([client.info('server'), client.ping()]);
    return { pid: Number(field(info, 'process_id')), confPath: field(info, 'config_file') };
  } finally {
    client.disconnect();
  }
}

/** A client that neither reconnects nor waits for a server that is loading its data. */
export function connectOnce({ host, port, password }: RedisAddress): Redis {
  const client = new Redis({
    host,
    port,
    ...(password !== undefined && { password }),
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  });
  // Every call also rejects with the error. Without a listener, ioredis would print it.
  client.on('error', () => {});
  return client;
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
}
