import type { HttpBindings as NodeBindings } from '@hono/node-server';
import { expect, test } from 'vitest';
import { withRefusedUpgrades } from './upgrades.ts';

test('the body of an ordinary response is not read: the adapter would copy its bytes', async () => {
  const picture = new Response(new Uint8Array(64));
  Object.defineProperty(picture, 'body', {
    get() {
      throw new Error('The body was read.');
    },
  });
  const fetch = withRefusedUpgrades(() => picture);
  const env = { outgoing: {} } as unknown as NodeBindings;
  expect(await fetch(new Request('http://localhost/'), env)).toBe(picture);
});
