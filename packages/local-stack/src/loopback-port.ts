import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { AppError } from '@imagemill/errors';

/** Another program listens on the port. The message is for the local user. */
export class PortInUseError extends AppError {
  constructor(host: string, port: number, cause?: unknown) {
    super({ code: 'port-in-use', retryable: false, publicMessage: 'A local port is in use.', cause });
    this.message = `Port ${port} on ${host} is in use. Stop the program that listens there, or choose another port.`;
  }
}

/** Below the range of outgoing connections: one of those could take a port before its server, or while that is down. */
const [FREE_FROM, FREE_TO] = [15_000, 32_000];

/**
 * Returns `port` if nothing listens there, or a free port for 0. Another program may still take it before the server does.
 *
 * @throws PortInUseError
 */
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
