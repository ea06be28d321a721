import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { job } from '../test-support/render-harness.ts';
import { closeWebhooks, newSecret, startReceiver, verified, webhookHarness } from '../test-support/webhook-harness.ts';

afterEach(closeWebhooks);

type Harness = Awaited<ReturnType<typeof webhookHarness>>;

function publish(hooks: Harness, tenant = 'acme') {
  const { imageId } = job();
  const data = { imageId, status: 'ready' };
  return hooks.webhooks.publish({ type: 'image.ready', tenant: tenant as never, imageId, occasion: 'r1', data });
}

const delivery = async (hooks: Harness, id: string) => (await hooks.deliveries()).find((one) => one.id === id);
const untilStatus = (hooks: Harness, id: string, status: string) =>
  vi.waitUntil(async () => (await delivery(hooks, id))?.status === status);
const untilAttempts = (hooks: Harness, id: string, attempts: number) =>
  vi.waitUntil(async () => (await delivery(hooks, id))?.attempts.length === attempts);

test('a webhook verifies with either of two secrets and no other', async () => {
  const secrets = [newSecret(), newSecret()];
  const { url, received } = await startReceiver();
  const hooks = await webhookHarness({ acme: url }, { secrets });
  hooks.startDeliveries();
  await publish(hooks);
  const message = await vi.waitUntil(() => received[0]);
  for (const secret of secrets) expect(verified(secret, message).type).toBe('image.ready');
  expect(() => verified(newSecret(), message)).toThrow('No matching signature');
});

test('a webhook is retried under the same id until a receiver accepts it, and not after', async () => {
  const { url, received } = await startReceiver((response, index, request) => {
    if (index === 0) response.writeHead(500).end('no'.repeat(100_000));
    else if (index === 1) request.socket.resetAndDestroy();
    else if (index === 3) response.writeHead(200).end();
  });
  const hooks = await webhookHarness({ acme: url }, { timeoutMs: 3_000 });
  hooks.startDeliveries();
  const id = await publish(hooks);
  for (const attempts of [1, 2, 3]) {
    await untilAttempts(hooks, id, attempts);
    await hooks.startRetries();
  }
  await untilStatus(hooks, id, 'delivered');
  const attempts = (await delivery(hooks, id))?.attempts.map(({ status, code }) => status ?? code);
  expect(attempts).toEqual([500, 'ECONNRESET', 'timeout', 200]);
  expect(new Set(received.map((message) => message.id))).toEqual(new Set([id]));
  expect(new Set(received.map((message) => message.body)).size).toBe(1);
  expect(await hooks.raw.getDelayedCount()).toBe(0);
});

test('a response that switches protocols counts as failed and does not block the queue', async () => {
  const { url } = await startReceiver((response) => {
    response.writeHead(101, { connection: 'upgrade', upgrade: 'websocket' }).flushHeaders();
  });
  const hooks = await webhookHarness({ acme: url });
  hooks.startDeliveries();
  const id = await publish(hooks);
  await untilAttempts(hooks, id, 1);
  expect(await delivery(hooks, id)).toMatchObject({ status: 'pending', attempts: [{ code: 'connection-failed' }] });
});

test('a redirect is not followed', async () => {
  const target = await startReceiver();
  const { url } = await startReceiver((response) => response.writeHead(307, { location: target.url }).end());
  const hooks = await webhookHarness({ acme: url });
  hooks.startDeliveries();
  const id = await publish(hooks);
  await untilAttempts(hooks, id, 1);
  expect(await delivery(hooks, id)).toMatchObject({ status: 'pending', attempts: [{ status: 307 }] });
  expect(target.received).toEqual([]);
});

test('a 410 ends a delivery at once, and a replay sends the same id again', async () => {
  const { url, received } = await startReceiver((response, index) => response.writeHead(index === 0 ? 410 : 204).end());
  const hooks = await webhookHarness({ acme: url });
  hooks.startDeliveries();
  const id = await publish(hooks);
  await untilStatus(hooks, id, 'failed');
  for (const attempts of [2, 3]) {
    expect(await hooks.webhooks.replay(id)).toBe('replayed');
    await untilAttempts(hooks, id, attempts);
    await untilStatus(hooks, id, 'delivered');
  }
  expect(received.map((message) => message.id)).toEqual([id, id, id]);
});

test.each([
  [1, 4],
  [2, 8],
  [3, 16],
])('%i dead endpoints do not delay the deliveries of another tenant, with %i slots', async (deadOnes, concurrency) => {
  const dead = await Promise.all(Array.from({ length: deadOnes }, () => startReceiver(() => {})));
  const { url, received } = await startReceiver();
  const endpoints = Object.fromEntries(dead.map((receiver, index) => [`dead-${index}`, receiver.url]));
  // Longer than the test may take.
  const hooks = await webhookHarness({ ...endpoints, acme: url }, { concurrency, timeoutMs: 600_000 });
  for (const tenant of Object.keys(endpoints)) {
    for (const _ of Array.from({ length: concurrency })) await publish(hooks, tenant);
  }
  for (const _ of [1, 2, 3]) await publish(hooks);
  const worker = hooks.startDeliveries();
  await vi.waitUntil(() => received.length === 3);
  const held = dead.map((receiver) => receiver.received.length).toSorted((a, b) => b - a);
  // Half of the slots, then half of the rest, and so on.
  expect(held).toEqual(dead.map((_, index) => concurrency / 2 ** (index + 1)));
  await worker.close(0);
  await vi.waitUntil(async () => (await hooks.raw.getActiveCount()) === 0);
  expect((await hooks.deliveries()).filter(({ attempts }) => attempts.length > 0)).toHaveLength(3);
});

describe('an address that is not public', () => {
  const addresses = [
    ['127.0.0.1', '127.1', '2130706433', '0x7f000001', 'localhost', '0.0.0.0'],
    ['10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1', '255.255.255.255'],
    ['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[fe80::1]', '[fd00::1]', '[ff02::1]'],
    ['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '192.0.2.1', '198.18.0.1', '[::7f00:1]', '[4000::1]', '168.63.129.16'],
  ].flat();

  test.each(addresses)('%s is rejected before anything is sent', async (host) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const scheme of ['http', 'https']) {
      const hooks = await webhookHarness({ acme: `${scheme}://${host}:${port}/` }, { allowPrivate: false });
      const event = { id: 'evt_x', type: 'image.ready', sequence: 1, timestamp: '', tenant: 'acme', data: {} };
      const sent = hooks.deliver({ ...event, imageId: job().imageId } as never, new AbortController().signal);
      expect(await sent).toEqual({ verdict: 'retry', code: 'address-refused' });
    }
    server.close();
    await once(server, 'close');
    expect(connections).toBe(0);
  });
});
