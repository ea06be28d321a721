import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { longPhoto } from './test-support/photos.ts';
import { createSeller } from './test-support/seller.ts';
import { equippedStack, type SharedStack, tenantWithWebhooks } from './test-support/shared.ts';

const received: { id: string; event: { type: string; data: { imageId: string; sequence: number } } }[] = [];
const receiver = createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
  const headers = request.headers as Record<string, string>;
  const event = new Webhook(tenant.secret).verify(body, headers) as (typeof received)[0]['event'];
  received.push({ id: headers['webhook-id'] ?? '', event });
  response.writeHead(204).end();
});

let stack: SharedStack;
let tenant: Awaited<ReturnType<typeof tenantWithWebhooks>>;
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  tenant = await tenantWithWebhooks(`http://127.0.0.1:${port}/hooks`);
  stack = await equippedStack();
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

/** The errors of a webhook under the API's OpenAPI document. */
async function problemsByTheDocument(type: string, event: unknown): Promise<unknown[]> {
  const document = await (await fetch(`${stack.apiUrl}/openapi.json`)).json();
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'openapi');
  const validate = ajv.getSchema(`openapi#/webhooks/${type}/post/requestBody/content/application~1json/schema`);
  return validate?.(event) ? [] : (validate?.errors ?? [`there is no ${type}`]);
}

test('sends a webhook for a ready image, and sends the same one on replay', async () => {
  const bytes = await longPhoto();
  const { image } = await createSeller({ ...stack, ...tenant }).upload({ bytes, category: 'avatar' });
  await vi.waitUntil(() => received.length === 1);
  const { sequence, ...data } = received[0]?.event.data ?? {};
  expect(received[0]?.event.type).toBe('image.ready');
  expect(data).toEqual(image);
  const tooSmall = expect.objectContaining({ code: 'too-small' });
  expect(image).toHaveProperty('warnings', expect.arrayContaining([tooSmall]));
  expect(sequence).toBeGreaterThan(0);
  expect(await problemsByTheDocument('image.ready', received[0]?.event)).toEqual([]);

  const call = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${stack.adminKey}` };
    const response = await fetch(`${stack.apiUrl}/v1/webhook-deliveries${path}`, { method, headers });
    return { status: response.status, body: await response.json() };
  };
  const log = () => call('GET', `?imageId=${image.imageId}`);
  await vi.waitUntil(async () => (await log()).body.deliveries[0].status === 'delivered');
  expect((await call('POST', `/${received[0]?.id}/replay`)).status).toBe(202);
  await vi.waitUntil(() => received.length === 2);
  expect(received[1]).toEqual(received[0]);
  await vi.waitUntil(async () => (await log()).body.deliveries[0].attempts.length === 2);
});
