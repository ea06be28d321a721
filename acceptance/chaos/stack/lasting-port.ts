import { randomInt } from 'node:crypto';
import { claimPort, PortInUseError } from '@imagemill/local-stack';

/** Below the ports that Linux gives to outgoing connections: one of those could take the port of a server that is down. */
const [FROM, TO] = [15_000, 32_000];

/** A port that a server can have again after it was killed. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    try {
      return await claimPort('127.0.0.1', randomInt(FROM, TO));
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
    }
  }
}
