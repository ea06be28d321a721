import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createLogger } from '@imagemill/service';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { createReconcileHarness } from '../test-support/reconcile-harness.ts';
import { keepReconciling } from './keep-reconciling.ts';
import { startReconciling } from './start-reconciling.ts';

async function reconciling(redisUrl: string) {
  const lines: string[] = [];
  const started = startReconciling({
    redis: { url: redisUrl, options: {} },
    prefix: `reconciling-${randomUUID().slice(0, 8)}`,
    weights: new Map(),
    intervalSeconds: 60,
    services: await createReconcileHarness(),
    logger: createLogger('worker', 'info', { write: (line) => lines.push(line) }),
  });
  onTestFinished(() => started.close());
  return { ...started, messages: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg) };
}

test('the first round waits for the connection to Redis', async () => {
  const { messages } = await reconciling(inject('servers').redisUrl);
  await vi.waitUntil(() => messages().length > 0);
  expect(messages()).toEqual(['reconciled']);
});

test('an unreachable Redis is logged as a failed round', async () => {
  const { messages } = await reconciling('redis://127.0.0.1:1');
  await vi.waitUntil(() => messages().length > 0);
  expect(messages()).toEqual(['reconciling failed, will retry']);
});

test('closing ends the wait for the connection', async () => {
  const waiting = Promise.withResolvers<void>();
  const { close } = keepReconciling({
    services: await createReconcileHarness(),
    rounds: { take: () => Promise.reject(new Error('a round after the end')) },
    intervalMs: 60_000,
    logger: createLogger('worker', 'silent'),
    connected: (signal) => {
      waiting.resolve();
      return once(signal, 'abort');
    },
  });
  await waiting.promise;
  await close();
});
