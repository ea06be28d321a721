import { expect, onTestFinished, test } from 'vitest';
import { startHealthServer } from './health-server.ts';

test('reports 200 while the worker can take jobs, and 503 otherwise', async () => {
  let canTakeJobs = true;
  const server = await startHealthServer(0, () => canTakeJobs);
  onTestFinished(async () => server?.close());
  const probe = async () => {
    const response = await fetch(`http://127.0.0.1:${server?.port}/healthz`);
    return { status: response.status, body: await response.json() };
  };
  expect(await probe()).toEqual({ status: 200, body: { status: 'ok' } });
  canTakeJobs = false;
  expect(await probe()).toEqual({ status: 503, body: { status: 'unavailable' } });
});
