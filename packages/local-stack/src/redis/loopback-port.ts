import { once } from 'node:events';
import { createServer } from 'node:net';
import { PortInUseError } from './redis-errors.ts';

/** Returns `port` when nothing listens there, or a free port for 0. The server that uses it may still come second. */
export async function claimPort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    const address = probe.address();
    return address !== null && typeof address === 'object' ? address.port : port;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new PortInUseError(host, port, error) : error;
  } finally {
    if (probe.listening) {
      probe.close();
      await once(probe, 'close');
    }
  }
}
