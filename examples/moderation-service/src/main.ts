import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { judge } from './judge.ts';
import { ModerationRequest } from './moderation-request.ts';

const BODY_BYTES_MAX = 64 * 1024;
const { PORT = '3200', MODERATION_SECRET = '' } = process.env;
if (!MODERATION_SECRET.startsWith('whsec_')) throw new Error('Set MODERATION_SECRET to one of MODERATION_SECRETS.');
const webhook = new Webhook(MODERATION_SECRET);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  // Its timestamp is checked too: a recorded request is refused after five minutes.
  const message = webhook.verify(body, request.headers as Record<string, string>);
  const { data } = ModerationRequest.parse(message);
  const verdict = await judge(data);
  // The id is required: the verdict is about this image, whatever is between the two services.
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ imageId: data.imageId, ...verdict }));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const status = error instanceof WebhookVerificationError ? 401 : 500;
    if (status === 500) console.error(error);
    response.writeHead(status).end();
  });
}).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`moderation: http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

const stop = () => server.close();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
