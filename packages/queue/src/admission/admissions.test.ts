import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProducerConnection } from '../connection/connection.ts';
import { CrashedWorkerError } from '../crashes/crash-containment.ts';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { type AdmissionsOptions, createAdmissions, type IssuedTicket } from './admissions.ts';
import { createRejections } from './rejections.ts';

afterEach(closeQueues);

const acme = Tenant.parse('acme');
const other = Tenant.parse('other');
const DAY_MS = 24 * 3600_000;
const ticket = (agoMs = 0): IssuedTicket => ({
  imageId: ImageId.parse(uuidv7()),
  seed: 's',
  createdAt: new Date(Date.now() - agoMs).toISOString(),
  fingerprint: 'f',
});

type Limits = Partial<Pick<AdmissionsOptions, 'unfinishedMax' | 'rejectionsMax' | 'ticketsMax' | 'clock'>>;

async function harness(limits: Limits = {}) {
  const { queue, work, redis, prefix, raw } = await queueHarness();
  const admissions = createAdmissions({ connection: redis, prefix, unfinishedMax: 0, ...limits });
  const admit = (issued = ticket(), idempotencyKey?: string, tenant = acme) =>
    admissions.admit({
      tenant,
      ticket: issued,
      images: [{ imageId: issued.imageId, category: 'product' }],
      idempotencyKey,
    });
  const outcome = async (...args: Parameters<typeof admit>) => (await admit(...args)).outcome;
  /** A ticket with its job, as the API creates them. */
  async function upload() {
    const job = renderJob();
    await admit({ ...ticket(), imageId: job.imageId });
    await queue.add(job, 0);
    return job;
  }
  return { admissions, admit, outcome, upload, queue, work, redis, prefix, raw };
}

/** A clock that is a second further at each reading: no refusal is recent. */
function everySecond() {
  let now = 0;
  return () => (now += 1_000);
}

describe('the ceiling on unfinished images', () => {
  test('holds for each tenant separately, under concurrent requests', async () => {
    const { admit, outcome } = await harness({ unfinishedMax: 5 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome()));
    expect(outcomes.filter((each) => each === 'admitted')).toHaveLength(5);
    expect(outcomes.filter((each) => each === 'full')).toHaveLength(15);
    expect((await admit(ticket(), undefined, other)).outcome).toBe('admitted');
  });

  test.each([
    ['a share below it', { unfinishedMax: 5 }],
    ['a share, if there is no ceiling', { unfinishedMax: 0 }],
  ])('is lowered to %s', async (_to, limits) => {
    const { admissions } = await harness(limits);
    const ask = (share?: number) => {
      const issued = ticket();
      const images = [{ imageId: issued.imageId, category: 'product' }];
      return admissions.admit({ tenant: acme, ticket: issued, images, idempotencyKey: undefined, share });
    };
    for (const _image of [1, 2, 3]) expect((await ask()).outcome).toBe('admitted');
    expect((await ask(3)).outcome).toBe('full');
    expect((await ask(4)).outcome).toBe('admitted');
    expect((await ask()).outcome).toBe('admitted');
  });

  test('refuses a tenant again without asking Redis, but not a request for fewer images', async () => {
    let now = 0;
    const { admissions, redis, prefix } = await harness({ unfinishedMax: 3, clock: () => now });
    const ask = async (count: number, idempotencyKey?: string) => {
      const images = Array.from({ length: count }, () => ({ imageId: ticket().imageId, category: 'product' }));
      return (await admissions.admit({ tenant: acme, ticket: ticket(), images, idempotencyKey })).outcome;
    };
    expect(await ask(2)).toBe('admitted');
    expect(await ask(2)).toBe('full');
    expect(await ask(1)).toBe('admitted');
    expect(await ask(1)).toBe('full');
    await redis.del(`${prefix}:unfinished:acme`);
    expect(await ask(1)).toBe('full');
    expect(await ask(1, 'k')).toBe('admitted');
    now += 1_000;
    expect(await ask(1)).toBe('admitted');
  });

  test('counts an image once, even if it is admitted repeatedly', async () => {
    const { outcome } = await harness({ unfinishedMax: 2 });
    const same = ticket();
    for (const _time of [1, 2, 3]) expect(await outcome(same)).toBe('admitted');
    expect(await outcome()).toBe('admitted');
    expect(await outcome()).toBe('full');
  });

  test.each([
    ['ready', async () => ({ outcome: 'ready' as const })],
    ['rejected', async () => ({ outcome: 'rejected' as const, error: { code: 'corrupt', message: 'x' } })],
    ['expired', async () => ({ outcome: 'expired' as const })],
    [
      'a dead letter',
      async () => {
        throw new CrashedWorkerError();
      },
    ],
  ])('admits the next image once an image is %s', async (_end, handle) => {
    const { upload, outcome, work, redis, prefix } = await harness({ unfinishedMax: 1 });
    await upload();
    // Blocks the audit: only the worker can free the place.
    await redis.set(`${prefix}:unfinished:acme:audited`, '1', 'PX', 60_000);
    expect(await outcome()).toBe('full');
    work(handle);
    await vi.waitUntil(async () => (await outcome()) === 'admitted');
  });

  test('recovers if a process died before it removed a finished image', async () => {
    const { upload, outcome, work, raw, redis, prefix } = await harness({ unfinishedMax: 1 });
    const { imageId } = await upload();
    work(async () => ({ outcome: 'ready' }));
    await vi.waitUntil(async () => (await redis.zcard(`${prefix}:unfinished:acme`)) === 0);
    expect(await (await raw.getJob(imageId))?.getState()).toBe('completed');
    await redis.zadd(`${prefix}:unfinished:acme`, Date.now(), imageId);
    expect(await outcome()).toBe('admitted');
  });

  test('recovers if a process died before it added the job, but waits for a running one', async () => {
    const { outcome, redis, prefix } = await harness({ unfinishedMax: 1, clock: everySecond() });
    await outcome(ticket(30_000));
    expect(await outcome()).toBe('full');
    await redis.del(`${prefix}:unfinished:acme`, `${prefix}:unfinished:acme:audited`);
    await outcome(ticket(90_000));
    expect(await outcome()).toBe('admitted');
  });

  test('counts no image beyond the lifetime of its upload URL', async () => {
    const { outcome, redis, prefix } = await harness({ unfinishedMax: 1, clock: everySecond() });
    await redis.set(`${prefix}:unfinished:acme:audited`, '1', 'PX', 60_000);
    await outcome(ticket(7 * DAY_MS));
    expect(await outcome()).toBe('full');
    await redis.del(`${prefix}:unfinished:acme`);
    await outcome(ticket(9 * DAY_MS));
    expect(await outcome()).toBe('admitted');
  });
});

describe('an idempotency key', () => {
  test('returns the first ticket to all concurrent requests', async () => {
    const { admit } = await harness();
    const asked = Array.from({ length: 10 }, () => ticket());
    const answers = await Promise.all(asked.map((each) => admit(each, 'k')));
    const first = asked[answers.findIndex(({ outcome }) => outcome === 'admitted')];
    const repeated = answers.filter((answer) => answer.outcome === 'repeated');
    expect(repeated).toHaveLength(9);
    for (const answer of repeated) expect(answer.ticket).toEqual(first);
  });

  test('of an earlier version derives the ids of its ticket as that version did', async () => {
    const { admit, redis, prefix } = await harness();
    const { seed: _none, ...stored } = ticket();
    await redis.hset(`${prefix}:tickets:acme`, 'k', JSON.stringify(stored));
    await redis.zadd(`${prefix}:ticket-times:acme`, Date.now(), 'k');
    const known = { ...stored, seed: stored.imageId };
    expect(await admit(ticket(), 'k')).toEqual({ outcome: 'repeated', ticket: known });
  });

  test('is separate for each tenant', async () => {
    const { outcome } = await harness();
    expect(await outcome(ticket(), 'k')).toBe('admitted');
    expect(await outcome(ticket(), 'k', other)).toBe('admitted');
  });

  test('returns its ticket at the ceiling too, and is not consumed by a rejection', async () => {
    const { admit, outcome, redis, prefix } = await harness({ unfinishedMax: 1 });
    const first = ticket();
    await admit(first, 'k');
    expect(await admit(ticket(), 'k')).toEqual({ outcome: 'repeated', ticket: first });
    expect(await outcome(ticket(), 'refused')).toBe('full');
    await redis.del(`${prefix}:unfinished:acme`);
    expect(await outcome(ticket(), 'refused')).toBe('admitted');
  });

  test('is stored for 24 h', async () => {
    const { admit, outcome } = await harness();
    const young = ticket(DAY_MS - 60_000);
    await admit(young, 'young');
    expect(await admit(ticket(), 'young')).toEqual({ outcome: 'repeated', ticket: young });
    await admit(ticket(DAY_MS + 60_000), 'old');
    expect(await outcome(ticket(), 'old')).toBe('admitted');
  });

  test('is evicted if it is the oldest of too many', async () => {
    const { admit, outcome, redis, prefix } = await harness({ ticketsMax: 3 });
    for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) await admit(ticket(1_000 - index), key);
    expect(await outcome(ticket(), 'b')).toBe('repeated');
    expect(await redis.hlen(`${prefix}:tickets:acme`)).toBe(3);
    expect(await redis.zcard(`${prefix}:ticket-times:acme`)).toBe(3);
    expect(await outcome(ticket(), 'a')).toBe('admitted');
  });
});

describe('a tenant whose uploads are rejected in a row', () => {
  const rejection = (code = 'too-complex') => ({ outcome: 'rejected', error: { code, message: 'x' } }) as const;

  async function rejecting(rejectionsMax = 3) {
    const all = await harness({ rejectionsMax, clock: everySecond() });
    const { note } = createRejections(all.redis, all.prefix);
    async function reject(times: number, { importUrl, code }: { importUrl?: string; code?: string } = {}) {
      const image = { ...renderJob(), ...(importUrl && { importUrl }) };
      for (let time = 0; time < times; time += 1) await note(image, rejection(code));
    }
    const nextPace = () => all.redis.del(`${all.prefix}:unfinished:acme:rejected:paced`);
    return { ...all, note, reject, nextPace };
  }

  test('gets one ticket a second, while other tenants get theirs', async () => {
    const { outcome, admit, reject, nextPace } = await rejecting();
    await reject(2);
    expect([await outcome(), await outcome()]).toEqual(['admitted', 'admitted']);
    await reject(1);
    expect([await outcome(), await outcome()]).toEqual(['admitted', 'paced']);
    const paced = await admit();
    expect(paced.outcome === 'paced' && paced.retryAfterMs).toBeGreaterThan(0);
    expect(await outcome(ticket(), undefined, other)).toBe('admitted');
    await nextPace();
    expect([await outcome(), await outcome()]).toEqual(['admitted', 'paced']);
  });

  test.each([
    ['ready', { outcome: 'ready' }],
    ['held by moderation', { outcome: 'held' }],
  ] as const)('gets all its tickets again once an upload is %s', async (_how, end) => {
    const { outcome, reject, note } = await rejecting();
    await reject(5);
    expect([await outcome(), await outcome()]).toEqual(['admitted', 'paced']);
    await note(renderJob(), end);
    await reject(2);
    expect([await outcome(), await outcome()]).toEqual(['admitted', 'admitted']);
  });

  test.each([
    ['imports', { importUrl: 'https://a.example/1.jpg' }],
    ['uploads that moderation rejected', { code: 'moderation-rejected' }],
  ])('is not limited for %s', async (_what, options) => {
    const { outcome, reject } = await rejecting();
    await reject(9, options);
    expect([await outcome(), await outcome()]).toEqual(['admitted', 'admitted']);
  });

  test('gets a batch of tickets together, and then waits for as many seconds', async () => {
    const { admissions, reject, redis, prefix } = await rejecting();
    await reject(3);
    const images = Array.from({ length: 50 }, () => ({ imageId: ticket().imageId, category: 'product' }));
    const batch = await admissions.admit({ tenant: acme, ticket: ticket(), images, idempotencyKey: undefined });
    expect(batch.outcome).toBe('admitted');
    expect(await redis.pttl(`${prefix}:unfinished:acme:rejected:paced`)).toBeGreaterThan(20_000);
  });

  test('still gets the ticket of a repeated request', async () => {
    const { admit, reject } = await rejecting();
    await reject(3);
    expect((await admit(ticket(), 'a')).outcome).toBe('admitted');
    expect((await admit(ticket(), 'b')).outcome).toBe('paced');
    expect((await admit(ticket(), 'a')).outcome).toBe('repeated');
  });

  test('is counted by its worker', async () => {
    const { upload, outcome, work, raw } = await rejecting(2);
    const ends: string[] = [];
    work(
      async ({ imageId }) => {
        ends.push(imageId);
        return ends.length === 3 ? { outcome: 'ready' } : rejection();
      },
      { concurrency: 1 },
    );
    for (const finished of [1, 2]) {
      await upload();
      await vi.waitUntil(async () => (await raw.getCompletedCount()) === finished);
    }
    await vi.waitUntil(async () => [await outcome(), await outcome()].includes('paced'));
    await upload();
    await vi.waitUntil(async () => [await outcome(), await outcome()].every((each) => each === 'admitted'));
  });
});

test('rejects all requests while Redis is unavailable', async () => {
  const connection = createProducerConnection('redis://127.0.0.1:1');
  connection.on('error', () => {});
  const admissions = createAdmissions({ connection, prefix: 'test-away', unfinishedMax: 0 });
  const asked = ticket();
  const refused = admissions.admit({
    tenant: acme,
    ticket: asked,
    images: [{ imageId: asked.imageId, category: 'product' }],
    idempotencyKey: 'k',
  });
  await expect(refused).rejects.toMatchObject({ code: 'queue-unavailable', retryable: true });
  connection.disconnect();
});
