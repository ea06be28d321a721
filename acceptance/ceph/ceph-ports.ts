import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { CephError } from './ceph-error.ts';

export interface CephPorts {
  readonly gateway: number;
  readonly monitor: number;
  readonly osdFirst: number;
  readonly osdLast: number;
}

/** The gateway, the monitor, and eight for the OSD: it binds four and tries the next one if a port is in use. */
const BLOCK_LENGTH = 10;
/** Below Linux's range of ports for outgoing connections. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;

/** Ten consecutive free ports at a random position, to avoid conflicts between runs on one machine. */
export async function findFreePorts(): Promise<CephPorts> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = randomInt(LOWEST, HIGHEST - BLOCK_LENGTH);
    if (!(await isBlockFree(first))) continue;
    return { gateway: first, monitor: first + 1, osdFirst: first + 2, osdLast: first + BLOCK_LENGTH - 1 };
  }
  throw new CephError(`No ${BLOCK_LENGTH} consecutive free ports between ${LOWEST} and ${HIGHEST}.`);
}

async function isBlockFree(first: number): Promise<boolean> {
  const probes: Server[] = [];
  try {
    for (let port = first; port < first + BLOCK_LENGTH; port++) {
      const probe = createServer();
      probe.listen(port, '127.0.0.1');
      await once(probe, 'listening');
      probes.push(probe);
    }
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  }
}
