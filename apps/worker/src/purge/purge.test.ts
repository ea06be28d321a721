import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import type { Purge, PurgeReason } from '@imagemill/queue';
import { parseEnv } from '@imagemill/service';
import { loadCategories, plannedRenditions } from '@imagemill/variants';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { workerEnv } from '../env.ts';
import { job } from '../test-support/render-harness.ts';
import { createPost } from '../webhooks/post.ts';
import { createCloudFrontTarget } from './cloudfront.ts';
import { createPurgeWebhook } from './purge-webhook.ts';
import { createAddressesOf } from './purged-addresses.ts';

const cdnBaseUrl = 'https://cdn.test/pictures/';
const categories = await loadCategories();
const addressesOf = createAddressesOf(categories, cdnBaseUrl);

function purgeOf(reason: PurgeReason = 'deleted'): Purge {
  const { imageId, tenant, category } = job();
  return { id: randomUUID(), imageId, tenant, category, reason, requestedAt: new Date().toISOString() };
}

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real HTTP server on this machine, with the requests that it received. */
async function startServer(answer: (response: ServerResponse, index: number) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
    const { method, url, headers } = request;
    received.push({ method, path: url, headers, body });
    answer(response, received.length - 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const never = new AbortController().signal;

const invalidation = `<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>InProgress</Status><CreateTime>2026-11-29T07:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>x</CallerReference></InvalidationBatch></Invalidation>`;
const error = (code: string) =>
  `<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

async function cloudFront(answer: (response: ServerResponse, index: number) => void) {
  const { url, received } = await startServer(answer);
  const client = new CloudFrontClient({
    region: 'us-east-1',
    endpoint: url,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  });
  onTestFinished(() => client.destroy());
  return { target: createCloudFrontTarget({ client, distributionId: 'E2EXAMPLE', addressesOf }), received };
}

test('CloudFront receives a signed invalidation of all paths of the image, under the same reference in every attempt', async () => {
  const { target, received } = await cloudFront((response) => response.writeHead(201).end(invalidation));
  const purge = purgeOf();
  for (const _ of [1, 2]) expect(await target.send(purge, never)).toBe('accepted');
  const [first, second] = received;
  expect(first).toMatchObject({ method: 'POST', path: '/2020-05-31/distribution/E2EXAMPLE/invalidation' });
  expect(first?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/cloudfront\/aws4_request, /,
  );
  const folder = `/pictures/images/${purge.imageId.slice(-2)}/${purge.imageId}/*`;
  expect(first?.body).toContain(
    `<Paths><Quantity>2</Quantity><Items><Path>${folder}</Path><Path>/pictures/images/${purge.imageId}*</Path></Items></Paths>`,
  );
  expect(first?.body).toContain(`<CallerReference>${purge.id}</CallerReference>`);
  expect(second?.body).toBe(first?.body);
});

test('an image that was rendered again keeps its immutable URLs in the caches', async () => {
  const { target, received } = await cloudFront((response) => response.writeHead(201).end(invalidation));
  const purge = purgeOf('rendered-again');
  await target.send(purge, never);
  expect(received[0]?.body).toContain(`<Quantity>1</Quantity><Items><Path>/pictures/images/${purge.imageId}*</Path>`);
});

test.each([
  [400, 'TooManyInvalidationsInProgress', 'busy'],
  [400, 'Throttling', 'busy'],
  [429, 'TooManyRequestsException', 'busy'],
  [503, 'ServiceUnavailable', { code: 'purge-failed', retryable: true }],
  [403, 'AccessDenied', { code: 'purge-failed', retryable: true, publicMessage: 'cloudfront: AccessDenied' }],
  [404, 'NoSuchDistribution', { retryable: false, publicMessage: 'cloudfront: NoSuchDistribution' }],
  [400, 'InvalidArgument', { retryable: false }],
])('the answer %d %s of CloudFront is %o', async (status, code, expected) => {
  const { target } = await cloudFront((response) => response.writeHead(status).end(error(code)));
  const sent = target.send(purgeOf(), never);
  await (expected === 'busy'
    ? expect(sent).resolves.toBe('busy')
    : expect(sent).rejects.toMatchObject(expected as object));
});

test('a CloudFront that does not answer is a retryable failure', async () => {
  const { target } = await cloudFront((response) => response.socket?.destroy());
  await expect(target.send(purgeOf(), never)).rejects.toMatchObject({ code: 'purge-failed', retryable: true });
});

const secret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;

async function webhook(answer: (response: ServerResponse, index: number) => void, timeoutMs = 10_000) {
  const { url, received } = await startServer(answer);
  const secrets = [secret(1), secret(2)];
  const post = createPost({ allowPrivate: true });
  return {
    target: createPurgeWebhook({ url: `${url}/purge`, secrets, post, addressesOf, timeoutMs }),
    secrets,
    received,
  };
}

test('a purge message verifies with each secret, and names the tag, the paths and the planned URLs', async () => {
  const { target, secrets, received } = await webhook((response) => response.writeHead(204).end());
  const purge = purgeOf();
  for (const _ of [1, 2]) expect(await target.send(purge, never)).toBe('accepted');
  const [message, repeated] = received;
  const headers = message?.headers as Record<string, string>;
  for (const known of secrets) {
    expect(new Webhook(known).verify(message?.body ?? '', headers)).toEqual({
      type: 'purge',
      timestamp: purge.requestedAt,
      imageId: purge.imageId,
      reason: 'deleted',
      tags: [purge.imageId],
      paths: [`/pictures/images/${purge.imageId.slice(-2)}/${purge.imageId}/*`, `/pictures/images/${purge.imageId}*`],
      urls: plannedRenditions(
        purge.imageId,
        categories.get('avatar') as NonNullable<ReturnType<typeof categories.get>>,
      ).map(({ key }) => `${cdnBaseUrl}${key}`),
    });
  }
  expect(() => new Webhook(secret(3)).verify(message?.body ?? '', headers)).toThrow('No matching signature');
  expect(repeated?.headers['webhook-id']).toBe(headers['webhook-id']);
});

test.each([
  [429, 'busy'],
  [500, { code: 'purge-failed', retryable: true, publicMessage: 'webhook: status-500' }],
  [307, { retryable: true }],
  [410, { retryable: false }],
])('the status %d of the receiver is %o', async (status, expected) => {
  const { target } = await webhook((response) => response.writeHead(status).end());
  const sent = target.send(purgeOf(), never);
  await (expected === 'busy'
    ? expect(sent).resolves.toBe('busy')
    : expect(sent).rejects.toMatchObject(expected as object));
});

test('a receiver that does not answer fails the attempt at its time limit', async () => {
  const { target } = await webhook(() => {}, 50);
  const failure = { code: 'purge-failed', retryable: true, publicMessage: 'webhook: timeout' };
  await expect(target.send(purgeOf(), never)).rejects.toMatchObject(failure);
});

test('the settings demand a secret for the webhook, of a sufficient length', () => {
  const env = { REDIS_URL: 'redis://r', S3_ENDPOINT: 'http://s3', CDN_BASE_URL: cdnBaseUrl };
  const url = { PURGE_WEBHOOK_URL: 'https://purge.test/' };
  expect(parseEnv(workerEnv, env)).not.toHaveProperty('PURGE_WEBHOOK_URL');
  expect(() => parseEnv(workerEnv, { ...env, ...url })).toThrow('PURGE_WEBHOOK_SECRETS');
  expect(() => parseEnv(workerEnv, { ...env, ...url, PURGE_WEBHOOK_SECRETS: 'whsec_c2hvcnQ=' })).toThrow('24 to 64');
  const two = `${secret(1)},${secret(2)}`;
  expect(parseEnv(workerEnv, { ...env, ...url, PURGE_WEBHOOK_SECRETS: two }).PURGE_WEBHOOK_SECRETS).toHaveLength(2);
});

describe('the paths of a purge', () => {
  const set = [{ name: 'a', width: 9, height: 9, fit: 'cover', format: 'webp', quality: 80 }];
  const paths = async (category: string, reason: Purge['reason']) => {
    const own = await loadCategories({ papers: { visibility: 'signed', variants: set } });
    const addresses = createAddressesOf(
      own,
      'https://cdn.test/pictures/',
      'https://edge.test/edge',
    )({
      ...purgeOf(),
      category,
      reason,
    });
    return addresses.paths.map((path) =>
      path.replace(/[0-9a-f]{2}\/[0-9a-f-]{36}/, '{image}').replace(/[0-9a-f-]{36}/, '{id}'),
    );
  };
  const [renditions, changing] = ['/pictures/images/{image}/*', '/pictures/images/{id}*'];
  const inPrivate = '/edge/private/{image}/*';

  test.each<[category: string, reason: Purge['reason'], expected: string[]]>([
    ['avatar', 'deleted', [renditions, changing]],
    ['papers', 'deleted', [renditions, changing, inPrivate]],
    // A category that no longer exists may have been private.
    ['lost', 'deleted', [renditions, changing, inPrivate]],
    ['papers', 'rejected', [renditions, changing, inPrivate]],
    ['papers', 'made-private', [renditions, changing]],
    ['avatar', 'rendered-again', [changing]],
  ])('of an image in %s that was %s', async (category, reason, expected) => {
    expect(await paths(category, reason)).toEqual(expected);
  });
});
