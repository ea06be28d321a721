import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { claimPort } from '../packages/local-stack/src/index.ts';
import { addRedisUser } from '../packages/local-stack/src/test-support/index.ts';
import { redisUserRules } from '../packages/queue/src/index.ts';
import { containerOf, environmentOf } from './kubernetes/containers.ts';
import { manifest } from './kubernetes/manifests.ts';
import { createAutoscaler } from './test-support/autoscaler.ts';
import { type RunningStack, startStack } from './test-support/running-stack.ts';
import { createSeller } from './test-support/seller.ts';
import { createWorkerFleet } from './test-support/worker-fleet.ts';

const scaled = manifest('ScaledObject', 'imagemill-worker');
const deployment = manifest('Deployment', 'imagemill-worker');
const { url = '', valueLocation = '', targetValue } = scaled.spec.triggers[0]?.metadata ?? {};
const pollingSeconds = scaled.spec.pollingInterval ?? 30;

const id = randomBytes(4).toString('hex');
const own = {
  QUEUE_PREFIX: `scale-${id}`,
  ORIGINALS_BUCKET: `originals-${id}`,
  CDN_BUCKET: `cdn-${id}`,
  // A category of few renditions: the number of jobs matters, not their work.
  VARIANT_SETS_FILE: fileURLToPath(new URL('test-support/equipped-sets.json', import.meta.url)),
};
let stack: RunningStack;
let workersUrl = '';
let [apiMetricsPort, healthPorts, metricsPorts]: [number, readonly number[], readonly number[]] = [0, [], []];
beforeAll(async () => {
  const freePorts = (count: number) => Promise.all(Array.from({ length: count }, () => claimPort('127.0.0.1', 0)));
  [[apiMetricsPort = 0], healthPorts, metricsPorts] = await Promise.all([freePorts(1), freePorts(2), freePorts(2)]);
  const env = { WORKERS: '0', UPLOAD_CHECK_DELAY_MS: '100', METRICS_PORT: String(apiMetricsPort) };
  workersUrl = await addRedisUser(inject('servers').redisUrl, redisUserRules('worker', own.QUEUE_PREFIX));
  stack = await startStack({ ...own, ...env });
});
afterAll(async () => {
  fleet.scaleTo(0);
  await fleet.ends();
  await stack.stop();
});

/** The Deployment's worker environment, with this run's S3 server, and the workers' user of its Redis. */
function workerEnv(index: number): NodeJS.ProcessEnv {
  const { s3 } = inject('servers');
  return {
    PATH: process.env.PATH,
    ...environmentOf(deployment),
    ...own,
    LOG_LEVEL: 'silent',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    ENGINE_PROCESSES: '1',
    REDIS_URL: workersUrl,
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    CDN_BASE_URL: stack.cdnBaseUrl,
    METRICS_PORT: String(metricsPorts[index]),
    HEALTH_PORT: String(healthPorts[index]),
  };
}

const fleet = createWorkerFleet(workerEnv);

const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** Reads the backlog from the ScaledObject's URL, as KEDA does. */
async function ask(): Promise<Record<string, number>> {
  const response = await fetch(`${stack.apiUrl}${new URL(url).pathname}`, {
    headers: { authorization: `Bearer ${stack.adminKey}` },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, number>;
}

test('scales workers with the backlog, from none to two and back to none, without losing an image', async () => {
  const seller = createSeller(stack);
  // Slightly more than the share of one worker.
  const count = Math.ceil(1.2 * Number(targetValue));
  const bytes = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#3377aa' } })
    .png()
    .toBuffer();
  const unreported = 4;
  const imageIds = await Promise.all(
    Array.from({ length: count + unreported }, async (_, index) => {
      const ticket = await seller.ticket({ bytes, contentType: 'image/png', category: 'profile-banner' });
      await seller.put(ticket, bytes);
      if (index < count) await seller.complete(ticket.imageId);
      return ticket.imageId;
    }),
  );
  // Some uploads are not reported: looks for them are due, which count as one job together.
  await vi.waitUntil(async () => (await ask())[valueLocation] === count + 1);
  expect(await ask()).toMatchObject({ waiting: count, looksDue: 1, active: 0 });
  const queue = await scrape(apiMetricsPort);
  expect(queue).toContain('imagemill_upload_looks_due 1\n');
  expect(queue).toMatch(/imagemill_http_request_duration_seconds_count\{method="POST",route="[^"]+",status="201"\} \d/);
  expect((await fetch(`${stack.apiUrl}/metrics`)).status).toBe(404);

  const autoscaler = createAutoscaler(scaled);
  const sizes = [0];
  let now = 0;
  let predictedSeconds = 0;
  async function round(): Promise<number> {
    const answer = await ask();
    predictedSeconds = Math.max(predictedSeconds, answer.predictedSeconds ?? 0);
    const value = answer[valueLocation] ?? Number.NaN;
    const before = sizes.at(-1) ?? 0;
    const replicas = autoscaler.decide(value, before, now);
    now += pollingSeconds;
    fleet.scaleTo(replicas);
    if (replicas !== before) sizes.push(replicas);
    return replicas;
  }

  expect(await round()).toBe(1);
  expect(await round()).toBe(2);
  expect(await fleet.ready()).toBe(2);
  const { path = '' } = containerOf(deployment).readinessProbe?.httpGet ?? {};
  for (const port of healthPorts) expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200);
  for (const port of metricsPorts) expect(await scrape(port)).toContain('imagemill_job_slots 4\n');

  // The autoscaler's clock runs faster than ours: the fleet shrinks while jobs are still in flight.
  await vi.waitUntil(async () => (await round()) === 0, { interval: 100 });
  expect(await fleet.ends()).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(fleet.crashes).toEqual([]);
  expect(Math.max(...sizes)).toBe(2);
  expect(predictedSeconds).toBeGreaterThan(0);

  const images = await Promise.all(imageIds.map((imageId) => seller.image(imageId)));
  const ended = images.map(({ status, attempts }) => ({ status, attempts }));
  expect(ended).toEqual(images.map(() => ({ status: 'ready', attempts: 1 })));
  expect(await ask()).toMatchObject({ backlog: 0, delayed: 0, failed: 0, oldestWaitingMs: 0, predictedSeconds: 0 });
});
