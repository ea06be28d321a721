// node deploy/edge/nginx/purge-receiver.ts: receives the workers' purge messages (PURGE_WEBHOOK_URL) beside nginx, and deletes the
// pictures of purged images from its cache. Needs Node 22.18 or newer and no packages, and must run as nginx's user.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { deleteCached } from './delete-cached.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** Of a message's time stamp, either way: https://www.standardwebhooks.com */
const TOLERANCE_S = 300;
/** A response that was on its way during the first round is stored after it: nginx waits for an origin for at most 60 s. */
const SECOND_ROUND_MS = 65_000;

const { CACHE_DIR = '', PURGE_WEBHOOK_SECRETS = '', PURGE_PORT = '8092', PURGE_HOST = '0.0.0.0' } = process.env;
const keys = PURGE_WEBHOOK_SECRETS.split(',').map((secret) =>
  Buffer.from(secret.trim().replace(/^whsec_/, ''), 'base64'),
);
if (CACHE_DIR === '' || keys.some(({ byteLength }) => byteLength < 24))
  throw new Error('Set CACHE_DIR, and PURGE_WEBHOOK_SECRETS to the secrets of the workers.');

const server = createServer((request, response) => {
  const answer = (status: number) => response.writeHead(status).end();
  receive(request).then(answer, (error: unknown) => {
    console.error(error);
    if (!response.headersSent) answer(500);
  });
});
server.requestTimeout = 10_000;
await once(server.listen(Number(PURGE_PORT), PURGE_HOST), 'listening');
console.log(`listening on port ${JSON.stringify(server.address())}`);
process.once('SIGTERM', () => process.exit());

async function receive(request: IncomingMessage): Promise<number> {
  if (request.method !== 'POST') return 405;
  const body = await bodyOf(request);
  if (body === undefined) return 413;
  if (!isSigned(request, body)) return 401;
  const { type, imageId } = JSON.parse(body);
  if (type !== 'purge' || typeof imageId !== 'string') return 400;
  const images = new Set([imageId]);
  console.log(`${imageId}: ${await deleteCached(CACHE_DIR, images)} deleted`);
  void delay(SECOND_ROUND_MS, undefined, { ref: false })
    .then(() => deleteCached(CACHE_DIR, images))
    .catch((error: unknown) => console.error(error));
  return 204;
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isSigned({ headers }: IncomingMessage, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S || !timestamp) return false;
  const given = String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature.replace(/^v1,/, ''), 'base64'));
  return keys.some((key) => {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
    return given.some((one) => one.byteLength === expected.byteLength && timingSafeEqual(one, expected));
  });
}
