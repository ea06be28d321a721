import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { claimPort } from '@imagemill/local-stack';
import { expect, test } from 'vitest';
import { namedPort } from './named-port.ts';

test('names the variable to set if a port is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await expect(namedPort('S3_PORT', port, () => claimPort('127.0.0.1', port))).rejects.toThrow(
    `Port ${port} is in use by another program. Set S3_PORT to another port, or to 0 for any free port.`,
  );
  taken.close();
});
