import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SourceFacts } from '@imagemill/variants';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { answerWith, startModeration } from '../test-support/moderation-harness.ts';
import { engine, job, makeBucket, photo, store } from '../test-support/render-harness.ts';
import { closeWebhooks } from '../test-support/webhook-harness.ts';

beforeAll(makeBucket);
afterAll(closeWebhooks);

const source: SourceFacts = await engine.inspect(photo, { set: [] });
const sha256 = createHash('sha256').update(photo).digest('hex');
const signal = AbortSignal.timeout(60_000);
const judged = (image = job()) => ({ image, bytes: photo, sha256, source });

test('sends a signed request with a preview that can be read without credentials, and returns the verdict', async () => {
  const { moderator, asked } = await startModeration({
    answer: (response, asked) =>
      answerWith(response, asked, { verdict: 'hold', code: 'phone-number', message: 'Wait.', more: 1 }),
  });
  const image = job();
  const judgement = await moderator.judge(judged(image), signal);
  expect(judgement).toEqual({
    outcome: 'judged',
    moderation: { verdict: 'hold', by: 'service', reason: 'phone-number', at: expect.any(String) },
    message: 'Wait.',
  });
  const [request] = asked;
  const { imageId, tenant, category, filename, metadata } = image;
  expect(request).toMatchObject({ imageId, tenant, category, filename, metadata, source: { ...source, sha256 } });
  expect(request?.original).toBeUndefined();
  const { url, expiresAt } = request?.preview ?? { url: '', expiresAt: '' };
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(300_000);
  const preview = await fetch(url);
  expect(preview.headers.get('content-type')).toBe('image/jpeg');
  const shown = await engine.inspect(new Uint8Array(await preview.arrayBuffer()), { set: [] });
  expect(shown).toMatchObject({ format: 'jpeg', width: 16, height: 16 });
});

test('sends a URL of the original only if that is configured', async () => {
  const { moderator, asked } = await startModeration({
    sendsOriginal: true,
    answer: (response, asked) => answerWith(response, asked, { verdict: 'allow' }),
  });
  const image = job();
  await store(image);
  await moderator.judge(judged(image), signal);
  const bytes = Buffer.from(await (await fetch(asked[0]?.original?.url ?? '')).arrayBuffer());
  expect(bytes.equals(photo)).toBe(true);
});

test('asks for the same original with the same id, and for another image with another one', async () => {
  const { moderator, asked } = await startModeration({
    answer: (response, asked) => answerWith(response, asked, { verdict: 'allow' }),
  });
  const image = job();
  for (const each of [image, image, job()]) await moderator.judge(judged(each), signal);
  const [first, again, other] = asked.map(({ id }) => id);
  expect(first).toBe(again);
  expect(other).not.toBe(first);
});

const long = 'x'.repeat(20_000);
const noAnswers: Record<
  string,
  readonly [reason: string, answer: (response: ServerResponse, asked: { imageId: string }) => void]
> = {
  'an error': ['status-500', (response) => response.writeHead(500).end()],
  'a refusal': ['status-401', (response) => response.writeHead(401).end()],
  'a redirect': ['status-302', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  'an empty success': ['status-204', (response) => response.writeHead(204).end()],
  'no JSON': ['invalid-answer', (response) => response.end('<html>')],
  'no verdict': ['invalid-answer', (response, asked) => answerWith(response, asked as never, {})],
  'an unknown verdict': [
    'invalid-answer',
    (response, asked) => answerWith(response, asked as never, { verdict: 'maybe' }),
  ],
  'a code that is none': [
    'invalid-answer',
    (response, asked) => answerWith(response, asked as never, { verdict: 'hold', code: 'No!' }),
  ],
  'a message that is too long': [
    'invalid-answer',
    (response, asked) => answerWith(response, asked as never, { verdict: 'hold', message: long.slice(0, 501) }),
  ],
  'a message with control characters': [
    'invalid-answer',
    (response, asked) => answerWith(response, asked as never, { verdict: 'hold', message: 'a\u0000b' }),
  ],
  'a verdict on another image': [
    'other-image',
    (response) => answerWith(response, { imageId: job().imageId } as never, { verdict: 'allow' }),
  ],
  'a verdict on no image': ['invalid-answer', (response) => response.end('{"verdict":"allow"}')],
  'an answer without end': ['answer-too-large', (response) => response.write(`{"verdict":"allow","x":"${long}`)],
  silence: ['timeout', () => {}],
  'an answer that stops': ['timeout', (response) => response.write('{"verdict"')],
  'a closed connection': ['ECONNRESET', (response) => response.destroy()],
};

test.each(Object.entries(noAnswers))(
  '%s is not a verdict: after three requests the policy decides',
  async (what, [reason, answer]) => {
    const timeoutMs = reason === 'timeout' ? 100 : 5_000;
    for (const [whenDown, verdict] of [
      ['hold', 'hold'],
      ['pass', 'allow'],
    ] as const) {
      const { moderator, received } = await startModeration({ answer, whenDown, timeoutMs });
      const { moderation } = (await moderator.judge(judged(), signal)) as { moderation: unknown };
      const moderationOf = { verdict, by: 'service-down', at: expect.any(String) };
      expect(moderation).toEqual({
        ...moderationOf,
        reason: what === 'a closed connection' ? expect.any(String) : reason,
      });
      expect(received).toHaveLength(3);
    }
  },
);

test('a service that answers at its third request is not down', async () => {
  const { moderator, received } = await startModeration({
    answer: (response, asked, index) =>
      index < 2 ? response.writeHead(503).end() : answerWith(response, asked, { verdict: 'reject' }),
  });
  expect(await moderator.judge(judged(), signal)).toMatchObject({ moderation: { verdict: 'reject', by: 'service' } });
  expect(received).toHaveLength(3);
});

test('a service that is down is not asked for some time, and is asked again after that', async () => {
  let isDown = true;
  const { moderator, received } = await startModeration({
    openMs: 200,
    answer: (response, asked) => {
      if (isDown) response.writeHead(500).end();
      else answerWith(response, asked, { verdict: 'allow' });
    },
  });
  await moderator.judge(judged(), signal);
  await moderator.judge(judged(), signal);
  expect(received).toHaveLength(6);
  expect(moderator.isDown()).toBe(true);
  expect(await moderator.judge(judged(), signal)).toMatchObject({
    moderation: { by: 'service-down', reason: 'not-asked' },
  });
  expect(received).toHaveLength(6);
  // Also without another request: jobs that find the service down make none.
  await vi.waitUntil(() => !moderator.isDown());
  isDown = false;
  await vi.waitFor(async () =>
    expect(await moderator.judge(judged(), signal)).toMatchObject({ moderation: { verdict: 'allow', by: 'service' } }),
  );
  expect(moderator.isDown()).toBe(false);
});

test('a private address is not asked, unless that is allowed', async () => {
  const { moderator, received } = await startModeration({ allowPrivate: false, answer: (response) => response.end() });
  expect(await moderator.judge(judged(), signal)).toMatchObject({
    moderation: { verdict: 'hold', by: 'service-down', reason: 'address-refused' },
  });
  expect(received).toEqual([]);
});

test('a slow service holds only some of the slots of a worker', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { moderator, received } = await startModeration({
    slotsMax: 1,
    answer: async (response, asked) => {
      await released;
      answerWith(response, asked, { verdict: 'allow' });
    },
  });
  const first = moderator.judge(judged(), signal);
  await vi.waitUntil(() => received.length === 1);
  expect(await moderator.judge(judged(), signal)).toMatchObject({ outcome: 'postponed', reason: 'moderation-busy' });
  release();
  expect(await first).toMatchObject({ outcome: 'judged' });
  expect(await moderator.judge(judged(), signal)).toMatchObject({ outcome: 'judged' });
});

test('a stop of the worker ends the request, and is not a failure of the service', async () => {
  const { moderator, received } = await startModeration({ answer: () => {} });
  const stop = new AbortController();
  const judging = moderator.judge(judged(), stop.signal);
  await vi.waitUntil(() => received.length === 1);
  stop.abort(new Error('The worker is shutting down.'));
  await expect(judging).rejects.toThrow('The worker is shutting down.');
  expect(moderator.isDown()).toBe(false);
});
