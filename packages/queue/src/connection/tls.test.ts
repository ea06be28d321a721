import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { claimPort, startRedis } from '@imagemill/local-stack';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { queueEnv } from '../env.ts';
import { createRenderQueue } from '../render/render-queue.ts';
import { createRenderWorker } from '../render/render-worker.ts';
import { closeAfterwards, closeQueues, renderJob } from '../test-support/queue-harness.ts';
import {
  createConsumerConnection,
  createProducerConnection,
  createReaderConnection,
  redisAddress,
} from './connection.ts';
import { redisUserRules } from './redis-users.ts';

afterEach(closeQueues);

const run = promisify(execFile);
const openssl = (...args: string[]) => run('openssl', args, { timeout: 30_000 });
const hasOpenssl = await openssl('version').then(
  () => true,
  () => false,
);

/** An authority, and a certificate of it for 127.0.0.1. */
async function createCertificates(dir: string) {
  const file = (name: string) => join(dir, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '1'];
  const authority = ['-subj', '/CN=authority', '-keyout', file('ca.key'), '-out', file('ca.pem')];
  await openssl('req', '-x509', ...newKey, ...authority);
  await openssl('req', ...newKey, '-subj', '/CN=redis', '-keyout', file('redis.key'), '-out', file('redis.csr'));
  await writeFile(file('names'), 'subjectAltName=IP:127.0.0.1');
  const signed = ['-in', file('redis.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'];
  await openssl('x509', '-req', ...signed, '-days', '1', '-extfile', file('names'), '-out', file('redis.pem'));
  return { ca: file('ca.pem'), certificate: file('redis.pem'), key: file('redis.key') };
}

/** A Redis that also listens with TLS, and the address of one of its users there. */
async function startTlsRedis() {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-tls-'));
  closeAfterwards(() => rm(dir, { recursive: true }));
  const { ca, certificate, key } = await createCertificates(dir);
  const tlsPort = await claimPort('127.0.0.1', 0);
  const files = [`tls-ca-cert-file ${ca}`, `tls-cert-file ${certificate}`, `tls-key-file ${key}`];
  const settings = [`tls-port ${tlsPort}`, 'tls-auth-clients no', ...files];
  const redis = await startRedis({ dir: join(dir, 'redis'), settings, appendOnly: false });
  closeAfterwards(() => redis.stop());
  const plain = new URL(await addRedisUser(redis.url, redisUserRules('worker', 'tls')));
  return { ca, url: `rediss://${plain.username}:${plain.password}@127.0.0.1:${tlsPort}` };
}

const addressOf = (env: Readonly<Record<string, string>>) => redisAddress(z.object(queueEnv).parse(env));

test.skipIf(!hasOpenssl)(
  'every kind of connection and a worker use TLS, and accept only the configured authority',
  async () => {
    const { ca, url } = await startTlsRedis();
    const address = addressOf({ REDIS_URL: url, REDIS_CA_FILE: ca });
    const producer = createProducerConnection(address);
    const [reader, consumer] = [createReaderConnection(address), createConsumerConnection(address)];
    const distrusting = createProducerConnection(addressOf({ REDIS_URL: url }));
    const all = [producer, reader, consumer, distrusting];
    closeAfterwards(async () => {
      for (const redis of all) redis.disconnect();
    });
    const [error] = (await once(distrusting, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/);
    await vi.waitUntil(() => [producer, reader, consumer].every(({ status }) => status === 'ready'));
    for (const redis of [producer, reader, consumer]) expect(await redis.ping()).toBe('PONG');

    const handle = async () => ({ outcome: 'ready' }) as const;
    const worker = createRenderWorker({
      connection: consumer,
      prefix: 'tls',
      concurrency: 1,
      handle,
      onError: () => {},
    });
    closeAfterwards(() => worker.close(5_000));
    const queue = createRenderQueue({ connection: producer, prefix: 'tls' });
    const job = renderJob();
    await queue.add(job, 0);
    await vi.waitUntil(async () => (await queue.find(job.imageId))?.status === 'ready');
  },
);
