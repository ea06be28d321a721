import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PortInUseError } from './redis-errors.ts';

/** Below what systems give to outgoing connections: one of those could take a port before its server, or while that is down. */
const [FREE_FROM, FREE_TO] = [15_000, 32_000];

/** Returns `port` when nothing listens there, or a free port for 0. The server that uses it may still come second. */
export async function claimPort(host: string, port: number): Promise<number> {
  while (port === 0) {
    try {
      return await claim(host, randomInt(FREE_FROM, FREE_TO));
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
    }
  }
  return claim(host, port);
}

async function claim(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return port;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new PortInUseError(host, port, error) : error;
  } finally {
    if (probe.listening) {
      probe.close();
      await once(probe, 'close');
    }
  }
}
