import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Gauge } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { serviceEnv } from './environment.ts';
import { startInternalServer } from './internal-server.ts';
import { createRegistry, startMetricsServer } from './metrics-server.ts';

const answers = {
  '/healthz': () => ({ status: 503, contentType: 'application/json', body: '{}' }),
  '/broken': () => {
    throw new Error('secret');
  },
};

async function started() {
  const server = await startInternalServer({ host: '127.0.0.1', port: 0, setting: 'HEALTH_PORT', answers });
  onTestFinished(() => server.close());
  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
  return { server, get };
}

test('serves only the configured paths, and hides the cause of a failure', async () => {
  const { get } = await started();
  const health = await get('/healthz?x=1');
  expect([health.status, health.headers.get('content-type')]).toEqual([503, 'application/json']);
  expect((await get('/')).status).toBe(404);
  expect((await get('/toString')).status).toBe(404);
  const broken = await get('/broken');
  expect(broken.status).toBe(500);
  expect(await broken.text()).not.toContain('secret');
});

test('an error for a port in use contains the port and its variable', async () => {
  const { server } = await started();
  await expect(
    startInternalServer({ host: '127.0.0.1', port: server.port, setting: 'HEALTH_PORT', answers }),
  ).rejects.toThrow(`Port ${server.port} is in use. Set HEALTH_PORT to a free port.`);
});

test('closes without waiting for idle connections', async () => {
  const server = await startInternalServer({ host: '127.0.0.1', port: 0, setting: 'HEALTH_PORT', answers });
  const silent = connect(server.port, '127.0.0.1');
  await once(silent, 'connect');
  await Promise.all([server.close(), once(silent, 'close')]);
});

test("serves metrics in Prometheus' text format, with process metrics, collected again for every scrape", async () => {
  const registry = createRegistry();
  let jobs = 0;
  new Gauge({
    name: 'test_jobs',
    help: 'Jobs.',
    registers: [registry],
    collect() {
      this.set(++jobs);
    },
  });
  const server = await startMetricsServer({ METRICS_HOST: '127.0.0.1', METRICS_PORT: 0 }, registry);
  onTestFinished(async () => server?.close());
  const scrape = () => fetch(`http://127.0.0.1:${server?.port}/metrics`);
  await scrape();
  const response = await scrape();
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  const body = await response.text();
  expect(body).toMatch(/^test_jobs 2$/m);
  expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(body).toMatch(/^nodejs_eventloop_lag_seconds /m);
});

test('listens on loopback only, unless another address is set', async () => {
  const { METRICS_HOST } = z.object(serviceEnv).parse({ CDN_BASE_URL: 'https://cdn.example.com' });
  const server = await startMetricsServer({ METRICS_HOST, METRICS_PORT: 0 }, createRegistry());
  onTestFinished(async () => server?.close());
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outside = others.find(({ internal, family }) => !internal && family === 'IPv4');
  expect(METRICS_HOST).toBe('127.0.0.1');
  if (outside) await expect(fetch(`http://${outside.address}:${server?.port}/metrics`)).rejects.toThrow();
});

test('starts no metrics server without a port', async () => {
  expect(await startMetricsServer({ METRICS_HOST: '127.0.0.1' }, createRegistry())).toBeUndefined();
});
