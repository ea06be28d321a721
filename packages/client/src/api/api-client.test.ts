import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createApiClient, type ImagemillOptions } from './api-client.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that sends one response after the other and repeats the last one, and a client of it. */
async function clientOf(answers: readonly Answer[], options: Partial<ImagemillOptions> = {}) {
  const requests: { at: number; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ at: performance.now(), headers: request.headers });
    answer?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy/`;
  return { requests, client: createApiClient({ baseUrl, ...options }) };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const ok = json(200, { imageId: 'a' });
const get = { method: 'GET', path: '/v1/images/a' } as const;

describe('a call is retried', () => {
  test('after 429 and 503, and not before Retry-After', async () => {
    const busy = json(429, { code: 'rate-limited', detail: 'Too many.' }, { 'retry-after': '1' });
    const { client, requests } = await clientOf([busy, json(503, {}), ok]);
    expect(await client.json(get)).toEqual({ imageId: 'a' });
    const [first, second, third] = requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(995);
    expect(third).toBeDefined();
  });

  test('after a broken connection', async () => {
    const { client, requests } = await clientOf([(response) => response.destroy(), ok]);
    expect(await client.json(get)).toEqual({ imageId: 'a' });
    expect(requests).toHaveLength(2);
  });

  test('after a response that was late, or stopped halfway', async () => {
    const halfway: Answer = (response) => response.writeHead(200, { 'content-length': '100' }).write('{"image');
    const { client, requests } = await clientOf([() => {}, halfway, ok], { timeoutMs: 1_000 });
    expect(await client.json(get)).toEqual({ imageId: 'a' });
    // More if this process did not run for a second.
    expect(requests.length).toBeGreaterThanOrEqual(3);
  });

  test('up to the maximum number of attempts', async () => {
    const { client, requests } = await clientOf([json(502, 'Bad gateway')], { attemptsMax: 2 });
    await expect(client.json(get)).rejects.toMatchObject({ code: 'http-502', status: 502, retryable: true });
    expect(requests).toHaveLength(2);
  });
});

describe('a call is not retried', () => {
  test('after a permanent error', async () => {
    const refusal = { code: 'missing-field', detail: 'category: is missing', field: 'category', requestId: 'r-1' };
    const { client, requests } = await clientOf([json(422, refusal)]);
    await expect(client.json(get)).rejects.toMatchObject({
      message: 'category: is missing',
      code: 'missing-field',
      status: 422,
      field: 'category',
      requestId: 'r-1',
      retryable: false,
    });
    expect(requests).toHaveLength(1);
  });

  test('when Retry-After is over a minute, which the error contains', async () => {
    const { client, requests } = await clientOf([json(429, { code: 'overloaded' }, { 'retry-after': '300' })]);
    await expect(client.json(get)).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: 300,
      retryable: true,
    });
    expect(requests).toHaveLength(1);
  });

  test('once its signal is aborted, not even during a wait', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { client, requests } = await clientOf([
      (response, request) => {
        json(429, {}, { 'retry-after': '30' })(response, request);
        setTimeout(() => controller.abort(reason), 50);
      },
    ]);
    await expect(client.json({ ...get, signal: controller.signal })).rejects.toBe(reason);
    expect(requests).toHaveLength(1);
  });
});

test('a response that is not JSON is an error', async () => {
  const page: Answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
  const { client } = await clientOf([page]);
  await expect(client.json(get)).rejects.toMatchObject({ code: 'unexpected-answer', status: 200, retryable: false });
});

test('prefers the API key to a follow token, and custom headers to both', async () => {
  const sent = async (options: Partial<ImagemillOptions>) => {
    const { client, requests } = await clientOf([ok], options);
    await client.json({ ...get, followToken: 'follow' });
    return requests[0]?.headers;
  };
  expect(await sent({})).toMatchObject({ authorization: 'Bearer follow' });
  expect(await sent({ apiKey: 'key' })).toMatchObject({ authorization: 'Bearer key' });
  expect(await sent({ headers: () => ({ 'x-session': 's', authorization: 'Own' }) })).toMatchObject({
    authorization: 'Own',
    'x-session': 's',
  });
});
