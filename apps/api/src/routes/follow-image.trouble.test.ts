import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPort, startRedis } from '@imagemill/local-stack';
import { Tenant } from '@imagemill/variants';
import { expect, test, vi } from 'vitest';
import type { EndReason } from '../live/listener.ts';
import type { LiveEvent } from '../live/live-event.ts';
import {
  bodyOf,
  createLiveHarness,
  type LiveHarness,
  made,
  madeNames,
  renditionsOf,
} from '../test-support/live-harness.ts';

/** Counts the current listeners, and the reasons why others have left. */
function watched() {
  const reasons: (EndReason | 'left')[] = [];
  let count = 0;
  const observer = {
    joined() {
      count += 1;
    },
    left(reason: EndReason | 'left') {
      count -= 1;
      reasons.push(reason);
    },
  };
  return { observer, reasons, count: () => count };
}

/** How many connections of the harness's Redis wait for the stream of its own queue. */
async function readers(api: LiveHarness): Promise<number> {
  const list = String(await api.redis.client('LIST'));
  return list.split('\n').filter((line) => /cmd=xread /.test(line)).length;
}

async function ownRedis() {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-live-'));
  const port = await claimPort('127.0.0.1', 0);
  let redis = await startRedis({ dir, port });
  return {
    url: redis.url,
    stop: () => redis.stop(),
    async start() {
      redis = await startRedis({ dir, port });
    },
    async close() {
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

test('one connection reads from Redis for any number of listeners', async () => {
  const redis = await ownRedis();
  const api = await createLiveHarness({ redisUrl: redis.url });
  await api.untilConnected();
  const streams = await Promise.all(Array.from({ length: 60 }, async () => api.follow((await api.ticket()).imageId)));
  expect(streams.every(({ response }) => response.status === 200)).toBe(true);
  await vi.waitFor(async () => expect(await readers(api)).toBe(1));
  await Promise.all(streams.map(({ leave }) => leave()));
  await api.close();
  await redis.close();
});

test('after an outage of Redis, listeners get the missed changes on their open connections', async () => {
  const redis = await ownRedis();
  const api = await createLiveHarness({ redisUrl: redis.url });
  await api.untilConnected();
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  await stream.until('status');
  await redis.stop();
  await vi.waitUntil(() => api.redis.status !== 'ready');
  await redis.start();
  await api.untilConnected();
  await api.queue.reportUpload(imageId);
  await stream.until('status', 2);
  expect(stream.events.map((event) => bodyOf(event).status)).toEqual(['awaiting-upload', 'queued']);
  await stream.leave();
  await api.close();
  await redis.close();
});

test('a change that Redis lost is found by the periodic reload', async () => {
  const api = await createLiveHarness({ inTests: { liveTimes: { reloadAfterMs: 200, tickMs: 20 } } });
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  await stream.until('status');
  // A change without an event: it bypasses BullMQ.
  await api.redis.set(`${api.prefix}:uploaded:${imageId}`, Date.now());
  await stream.until('status', 2);
  expect(stream.events.map((event) => bodyOf(event).status)).toEqual(['awaiting-upload', 'queued']);
  await stream.leave();
  await api.close();
});

test('a slow listener is dropped, and the others of its image miss nothing', async () => {
  const { observer, reasons } = watched();
  const api = await createLiveHarness({ inTests: { liveObserver: observer } });
  const { imageId } = await api.ticket();
  const reading = await api.follow(imageId);
  const got: string[] = [];
  const end = Promise.withResolvers<EndReason>();
  const slow = {
    unreadBytes: 0,
    send: ({ name }: LiveEvent) => got.push(name) < 4,
    beat: () => true,
    end: end.resolve,
  };
  const { signal: gone } = new AbortController();
  const request = { tenant: Tenant.parse('acme'), imageId, byToken: false, lastEventId: undefined, gone };
  await api.live.follow(request, slow);
  const worker = await api.render(imageId);
  for (let count = 0; count <= made.length; count += 1) await worker.live(count);
  await worker.end();
  expect(await end.promise).toBe('slow');
  expect(await reading.ended).toBe('ended');
  expect(renditionsOf(reading.events)).toEqual(madeNames);
  expect([got.length, reasons.toSorted()]).toEqual([4, ['ended', 'slow']]);
  await api.close();
});

test('a connection has a limited lifetime, so that its key is checked again', async () => {
  const { observer, reasons } = watched();
  const api = await createLiveHarness({
    inTests: { liveObserver: observer, liveTimes: { lifetimeMs: 100, tickMs: 10 } },
  });
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  expect(await stream.ended).toBe('ended');
  expect([stream.names(), reasons]).toEqual([['status'], ['renew']]);
  await api.close();
});

test('a stream without events sends keep-alives', async () => {
  const api = await createLiveHarness({ inTests: { liveTimes: { heartbeatMs: 20, tickMs: 5 } } });
  const { imageId } = await api.ticket();
  const response = await api.open(imageId);
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream() as never) ?? []) {
    text += chunk;
    if (text.endsWith(':\n\n:\n\n')) break;
  }
  expect(text).toContain('event: status\n');
  await api.close();
});

test('a shutdown gives each listener a different reconnection delay, and does not wait for them', async () => {
  const { observer, count } = watched();
  const api = await createLiveHarness({ inTests: { liveObserver: observer } });
  const { imageId } = await api.ticket();
  const streams = await Promise.all(Array.from({ length: 20 }, () => api.follow(imageId)));
  await Promise.all(streams.map(({ until }) => until('status')));
  await api.live.close();
  // Longer than the test may take.
  await api.server.close(600_000);
  expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(streams.map(() => 'ended'));
  const times = streams.map(({ retries }) => retries.at(-1));
  expect(new Set(times).size).toBeGreaterThan(10);
  expect(count()).toBe(0);
  await api.close().catch(() => {});
});
