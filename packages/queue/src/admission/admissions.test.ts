import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProducerConnection } from '../connection/connection.ts';
import { CrashedWorkerError } from '../crashes/crash-containment.ts';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { createAdmissions, type IssuedTicket } from './admissions.ts';

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

async function harness(limits: { unfinishedMax?: number; ticketsMax?: number; clock?: () => number } = {}) {
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
