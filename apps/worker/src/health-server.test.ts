import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { workerEnv } from './env.ts';
import { startHealthServer } from './health-server.ts';

test('reports 200 while the worker can take jobs, and 503 otherwise', async () => {
  let canTakeJobs = true;
  const server = await startHealthServer({ HEALTH_HOST: '127.0.0.1', HEALTH_PORT: 0 }, () => canTakeJobs);
  onTestFinished(async () => server?.close());
  const probe = async () => {
    const response = await fetch(`http://127.0.0.1:${server?.port}/healthz`);
    return { status: response.status, body: await response.json() };
  };
  expect(await probe()).toEqual({ status: 200, body: { status: 'ok' } });
  canTakeJobs = false;
  expect(await probe()).toEqual({ status: 503, body: { status: 'unavailable' } });
});

test('listens on loopback only, unless another address is set', async () => {
  const HEALTH_HOST = workerEnv.shape.HEALTH_HOST.parse(undefined);
  const server = await startHealthServer({ HEALTH_HOST, HEALTH_PORT: 0 }, () => true);
  onTestFinished(async () => server?.close());
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outside = others.find(({ internal, family }) => !internal && family === 'IPv4');
  expect(HEALTH_HOST).toBe('127.0.0.1');
  if (outside) await expect(fetch(`http://${outside.address}:${server?.port}/healthz`)).rejects.toThrow();
});
