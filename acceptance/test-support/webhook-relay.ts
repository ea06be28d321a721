import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The body and the headers of a webhook: its id, its time and its signature. */
const FORWARDED = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * Webhook endpoints of tenants, for a stack that starts before the tests that receive webhooks. Each endpoint relays to the URL
 * of a test, and answers with its status.
 */
export async function startWebhookRelay(tenants: readonly string[]) {
  const receivers = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const headers = Object.fromEntries(FORWARDED.map((name) => [name, String(request.headers[name])]));
    const receiver = receivers.get(request.url ?? '');
    const answer = receiver && (await fetch(receiver, { method: 'POST', headers, body }).catch(() => undefined));
    response.writeHead(answer ? answer.status : 503).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const endpoints = tenants.map((tenant) => [tenant, { url: `http://127.0.0.1:${port}/${tenant}`, secrets: [secret] }]);
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-webhooks-'));
  const file = join(dir, 'endpoints.json');
  await writeFile(file, JSON.stringify(Object.fromEntries(endpoints)));
  return {
    /** The value of WEBHOOK_ENDPOINTS_FILE. */
    file,
    secret,
    relay: (tenant: string, receiver: string) => void receivers.set(`/${tenant}`, receiver),
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true });
    },
  };
}
