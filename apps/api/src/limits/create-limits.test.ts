import { ImageId } from '@imagemill/variants';
import { parseList } from 'structured-headers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ApiHarnessOptions, createApiHarness, photo } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});

async function start(options: ApiHarnessOptions = {}) {
  const api = await createApiHarness(options);
  open.push(api);
  const ask = (headers: Record<string, string> = {}, body: object | string = photo, key: string = api.keys.acme) =>
    api.call('POST', '/v1/images/upload-url', body, key, headers);
  return { ...api, ask };
}
/** Two processes of one deployment: separate connections and memory, the same Redis and bucket. */
async function startTwo(options: ApiHarnessOptions = {}) {
  const first = await start(options);
  return [first, await start({ ...options, beside: first })] as const;
}

const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) =>
  `${status} ${String(body.code ?? '')}`;

describe('the rate limit', () => {
  test('is shared by all processes of the API, and separate for each tenant', async () => {
    const [one, two] = await startTwo({ env: { RATE_LIMIT_TICKETS: 6, RATE_LIMIT_WINDOW_SECONDS: 600 } });
    const answers = await Promise.all(Array.from({ length: 10 }, (_each, i) => (i % 2 ? one : two).ask()));
    expect(answers.map(codeOf).sort()).toEqual([...Array(6).fill('201 '), ...Array(4).fill('429 rate-limited')]);
    expect((await two.ask({}, photo, two.keys.other)).status).toBe(201);
  });

  test('is in the headers of every response, with Retry-After once it is exceeded', async () => {
    const { ask } = await start({ env: { RATE_LIMIT_TICKETS: 2, RATE_LIMIT_WINDOW_SECONDS: 600 } });
    const limitsIn = (headers: Headers) =>
      ['limit', 'remaining', 'policy'].map((name) => headers.get(`ratelimit-${name}`));
    const first = await ask();
    expect(limitsIn(first.headers)).toEqual(['2', '1', '"tickets";q=2;w=600']);
    const [[name, parameters] = []] = parseList(first.headers.get('ratelimit') ?? '');
    expect([name, parameters?.get('r')]).toEqual(['tickets', 1]);
    expect(String(parameters?.get('t'))).toBe(first.headers.get('ratelimit-reset'));
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(590);
    const invalid = await ask({}, { ...photo, category: 'x' });
    expect({ code: codeOf(invalid), limits: limitsIn(invalid.headers) }).toEqual({
      code: '422 unknown-category',
      limits: ['2', '0', '"tickets";q=2;w=600'],
    });
    const { status, headers, body } = await ask();
    expect({ status, code: body.code, limits: limitsIn(headers) }).toEqual({
      status: 429,
      code: 'rate-limited',
      limits: ['2', '0', '"tickets";q=2;w=600'],
    });
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('retry-after')).toBe(headers.get('ratelimit-reset'));
    expect(headers.get('ratelimit')).toBe(`"tickets";r=0;t=${headers.get('retry-after')}`);
  });

  test('is restored when its window ends', async () => {
    const { ask } = await start({ env: { RATE_LIMIT_TICKETS: 2, RATE_LIMIT_WINDOW_SECONDS: 5 } });
    // More than once if a busy machine does not send three requests within a window.
    await vi.waitUntil(async () => codeOf(await ask()) === '429 rate-limited', { interval: 1 });
    await vi.waitUntil(async () => (await ask()).status === 201, { interval: 250 });
    expect((await ask()).headers.get('ratelimit-remaining')).toBe('0');
  });

  test('applies to tickets only', async () => {
    const { ask, call } = await start({ env: { RATE_LIMIT_TICKETS: 1, RATE_LIMIT_WINDOW_SECONDS: 600 } });
    const { body } = await ask();
    for (const _time of [1, 2, 3]) {
      expect((await call('GET', `/v1/images/${String(body.imageId)}`)).status).toBe(200);
      expect((await call('POST', `/v1/images/${String(body.imageId)}/complete`)).status).toBe(409);
    }
  });
});

describe('the ceiling on unfinished images', () => {
  test('is shared by all processes, and admits another image when one has ended', async () => {
    const [one, two] = await startTwo({ env: { MAX_UNFINISHED_IMAGES: 2 } });
    const ticket = UploadTicket.parse((await one.ask()).body);
    expect((await two.ask()).status).toBe(201);
    const full = await one.ask();
    expect(codeOf(full)).toBe('429 too-many-unfinished');
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await two.ask({}, photo, two.keys.other)).status).toBe(201);
    await one.queue.reportUpload(ticket.imageId);
    await one.work(
      async () => ({ outcome: 'ready' }),
      () => vi.waitUntil(async () => (await two.ask()).status === 201),
    );
  });
});

describe('backpressure', () => {
  test('rejects tickets with Retry-After while the backlog is full, and lets other requests through', async () => {
    const api = await start({ env: { MAX_BACKLOG: 1 } });
    const tickets = [];
    for (const _each of [1, 2, 3]) tickets.push(UploadTicket.parse((await api.ask()).body));
    for (const { imageId } of tickets) await api.queue.reportUpload(imageId);
    const askUntilRefused = async () => {
      const answer = await api.ask();
      return answer.status === 429 ? answer : undefined;
    };
    const refused = await vi.waitUntil(askUntilRefused);
    expect(codeOf(refused)).toBe('429 overloaded');
    // No job has ended in the last minute.
    expect(refused.headers.get('retry-after')).toBe('60');
    const [first] = tickets;
    await fetch(first?.uploadUrl ?? '', { method: 'PUT', headers: first?.headers ?? {}, body: 'hello' });
    expect((await api.call('POST', `/v1/images/${first?.imageId}/complete`)).status).toBe(202);
    expect((await api.call('GET', `/v1/images/${first?.imageId}`)).status).toBe(200);
    await api.work(
      async () => ({ outcome: 'ready' }),
      () => vi.waitUntil(async () => (await api.ask()).status === 201),
    );
  });

  test('rejects tickets of the tenant that fills the backlog, while another one still gets its share', async () => {
    const api = await start({ env: { MAX_BACKLOG: 4 } });
    const ask = (key?: string) => api.ask({}, photo, key);
    // All before the first report: after four, the next ticket may be rejected.
    const answers = [];
    for (const key of [...Array(5).fill(api.keys.acme), api.keys.other]) answers.push(await ask(key));
    for (const { body } of answers) await api.queue.reportUpload(UploadTicket.parse(body).imageId);
    await vi.waitUntil(async () => (await ask()).status === 429);
    // Two tenants share a backlog of four.
    const second = await ask(api.keys.other);
    expect(second.status).toBe(201);
    await api.queue.reportUpload(UploadTicket.parse(second.body).imageId);
    await vi.waitUntil(async () => codeOf(await ask(api.keys.other)) === '429 overloaded');
  });

  test('still returns the ticket of a repeated request', async () => {
    const api = await start({ env: { MAX_BACKLOG: 1 } });
    const key = { 'idempotency-key': 'k1' };
    const first = UploadTicket.parse((await api.ask(key)).body);
    const second = UploadTicket.parse((await api.ask()).body);
    for (const { imageId } of [first, second]) await api.queue.reportUpload(imageId);
    await vi.waitUntil(async () => (await api.ask()).status === 429);
    expect((await api.ask(key)).body).toEqual(first);
    expect(codeOf(await api.ask(key, { ...photo, contentLength: 6 }))).toBe('422 idempotency-key-reused');
    expect(codeOf(await api.ask({ 'idempotency-key': 'k2' }))).toBe('429 overloaded');
  });
});

describe('uploads that are rejected in a row', () => {
  const rejected = { outcome: 'rejected', error: { code: 'too-complex', message: 'x' } } as const;

  /** Uploads images one after the other, with these ends. */
  async function uploadAll(ends: readonly ('ready' | 'rejected')[], env: ApiHarnessOptions['env'] = {}) {
    const api = await start({ env });
    const statuses: string[] = [];
    await api.work(
      async () => (ends[statuses.length - 1] === 'ready' ? { outcome: 'ready' } : rejected),
      async () => {
        while (statuses.length < ends.length) {
          const answer = await api.ask();
          statuses.push(codeOf(answer));
          const { imageId } = UploadTicket.parse(answer.body);
          await api.queue.reportUpload(imageId);
          await vi.waitUntil(async () => ['ready', 'rejected'].includes((await api.queue.find(imageId))?.status ?? ''));
        }
      },
    );
    return { ...api, statuses };
  }

  test('leave a tenant one ticket a second, and say when the next one is due', async () => {
    const { ask, keys } = await uploadAll(['rejected', 'rejected'], { MAX_REJECTIONS_IN_A_ROW: 2 });
    // More than two if a busy machine does not send both within a second.
    const { body, headers } = await vi.waitUntil(async () => {
      const answer = await ask();
      return answer.status === 429 && answer;
    });
    expect([body.code, headers.get('retry-after')]).toEqual(['rate-limited', '1']);
    expect((await ask({}, photo, keys.other)).status).toBe(201);
  });

  test('change nothing for a tenant with some accepted uploads', async () => {
    const ends = Array.from({ length: 12 }, (_, index) => (index % 3 === 2 ? 'ready' : 'rejected'));
    const { statuses, ask } = await uploadAll(ends, { MAX_REJECTIONS_IN_A_ROW: 4 });
    expect(statuses).toEqual(ends.map(() => '201 '));
    const burst = await Promise.all(Array.from({ length: 10 }, () => ask()));
    expect(burst.map(codeOf)).toEqual(burst.map(() => '201 '));
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': '"8e03978e-40d5-43e8-bc93-6894a57f9324"' };

  test('returns the identical ticket, regardless of the order of the fields', async () => {
    const [one, two] = await startTwo();
    const first = await one.ask(key);
    const { category, ...rest } = photo;
    const again = await two.ask(key, { category, metadata: {}, ...rest });
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { uploadUrl, headers } = UploadTicket.parse(again.body);
    expect((await fetch(uploadUrl, { method: 'PUT', headers, body: 'hello' })).status).toBe(200);
  });

  test('gives concurrent requests to two processes one ticket and one job', async () => {
    const [one, two] = await startTwo();
    const answers = await Promise.all(Array.from({ length: 12 }, (_each, i) => (i % 2 ? one : two).ask(key)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await one.queue.backlog()).delayed).toBe(1);
  });

  test('is rejected with another body, and is separate for each tenant', async () => {
    const { ask, keys } = await start();
    const first = await ask(key);
    expect(codeOf(await ask(key, { ...photo, contentLength: 6 }))).toBe('422 idempotency-key-reused');
    const other = await ask(key, { ...photo, contentLength: 6 }, keys.other);
    expect(other.status).toBe(201);
    expect(other.body.imageId).not.toBe(first.body.imageId);
  });

  test('is not used up by a rejected request', async () => {
    const { ask } = await start();
    expect((await ask(key, { ...photo, category: 'x' })).status).toBe(422);
    expect((await ask(key)).status).toBe(201);
  });

  test.each(['', ' ', 'two words', 'é', 'x'.repeat(256)])('is rejected if it is %j', async (value) => {
    const { ask } = await start();
    expect(codeOf(await ask({ 'idempotency-key': value }))).toBe('422 invalid-idempotency-key');
  });

  test('returns a new valid URL for the same image after the first one has expired', async () => {
    const { ask, queue } = await start({ env: { UPLOAD_URL_TTL_SECONDS: 1 } });
    const first = UploadTicket.parse((await ask(key)).body);
    await vi.waitUntil(() => Date.now() > Date.parse(first.expiresAt));
    const askedAt = Date.now();
    const again = UploadTicket.parse((await ask(key)).body);
    expect(again.imageId).toBe(first.imageId);
    expect(Date.parse(again.expiresAt)).toBeGreaterThan(askedAt);
    expect(await queue.find(ImageId.parse(first.imageId))).toBeDefined();
  });

  test('adds the job if the first process died before adding it', async () => {
    const { ask, queue, redis, prefix } = await start();
    const first = UploadTicket.parse((await ask(key)).body);
    await redis.del(`${prefix}:render:${first.imageId}`);
    expect(await queue.find(first.imageId)).toBeUndefined();
    expect((await ask(key)).body).toEqual(first);
    expect((await queue.find(first.imageId))?.status).toBe('awaiting-upload');
  });
});

test('a repeated request adds no job for an ended image whose job was removed', async () => {
  const { ask, call, queue, redis, prefix } = await start();
  const key = { 'idempotency-key': 'k' };
  const { imageId } = UploadTicket.parse((await ask(key)).body);
  await call('DELETE', `/v1/images/${imageId}`);
  await redis.del(`${prefix}:render:${imageId}`);
  expect(codeOf(await ask(key))).toBe('409 image-deleted');
  expect(await queue.find(imageId)).toBeUndefined();
  expect((await call('GET', `/v1/images/${imageId}`)).status).toBe(404);
});

test('without Redis every limit rejects requests: 503, and no URL', async () => {
  const [rate, ceiling, backlog] = [{ RATE_LIMIT_TICKETS: 5 }, { MAX_UNFINISHED_IMAGES: 5 }, { MAX_BACKLOG: 5 }];
  for (const env of [rate, ceiling, backlog, { ...rate, ...ceiling, ...backlog }]) {
    const { ask } = await start({ redisUrl: 'redis://127.0.0.1:1', env });
    const answer = await ask({ 'idempotency-key': 'k' });
    expect(codeOf(answer)).toBe('503 queue-unavailable');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(answer.body)).not.toContain('X-Amz-Signature');
  }
});
