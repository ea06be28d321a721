import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { tracingEnv } from './env.ts';
import {
  activeTrace,
  carriedContext,
  inContextOf,
  inSpan,
  isTracing,
  linkTo,
  recordSpan,
  startTracing,
} from './tracing.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const settings = (env: Record<string, string>) => z.object(tracingEnv).parse(env);

/** A receiver of traces with this answer. */
async function receiver(answer: RequestListener) {
  const server = createServer(answer);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
const accept: RequestListener = (request, response) => void request.resume().on('end', () => response.end());

async function tracing(endpoint: string, env: Record<string, string> = {}) {
  const [onTrouble, onRecovery] = [vi.fn<(error: Error) => void>(), vi.fn<() => void>()];
  const options = { app: 'test', onTrouble, onRecovery };
  const started = await startTracing(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env }), options);
  closers.push(started.close);
  return { ...started, onTrouble, onRecovery };
}

const caller = (flags: string) => `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}`;
const headersOf = (traceparent: string | undefined) => ({
  from: 'request' as const,
  headers: (name: string) => (name === 'traceparent' ? traceparent : undefined),
});

describe('without a receiver', () => {
  test('all work runs as usual, and nothing is recorded or kept with records', async () => {
    const { close } = await startTracing(settings({}), { app: 'test', onTrouble: () => {}, onRecovery: () => {} });
    const result = await inSpan('work', {}, async (span) => {
      span.add({ a: 1 });
      recordSpan('part', 5);
      linkTo('{}');
      return [activeTrace(), carriedContext(), inContextOf('{}', () => 'inside')];
    });
    expect([isTracing(), ...result]).toEqual([false, undefined, undefined, 'inside']);
    await close();
  });

  test('no module of OpenTelemetry is loaded', async () => {
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
      const { startTracing, inSpan } = await import(process.argv[1]);
      await startTracing({}, {});
      await inSpan('work', {}, async () => {});
      console.log(JSON.stringify(loaded));`;
    const args = ['--input-type=module', '--eval', program, import.meta.resolve('./index.ts')];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded).toContain('./tracing.ts');
    expect(loaded.filter((name) => /opentelemetry|start-recorder/.test(name))).toEqual([]);
  });
});

describe('with a receiver', () => {
  test.each([
    ['always_on', '1', ['01', '01', '01']],
    ['always_off', '1', ['00', '00', '00']],
    ['traceidratio', '1', ['01', '01', '01']],
    ['traceidratio', '0', ['00', '00', '00']],
    ['parentbased_always_on', '1', ['01', '01', '00']],
    ['parentbased_always_off', '1', ['00', '01', '00']],
    ['parentbased_traceidratio', '0', ['00', '01', '00']],
    ['parentbased_traceidratio', '1', ['01', '01', '00']],
  ])('%s with the argument %s records what the specification says', async (sampler, argument, flags) => {
    await tracing(await receiver(accept), { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument });
    const flagsOf = (traceparent: string | undefined) =>
      inSpan('request', { kind: 'server', continues: headersOf(traceparent) }, async () =>
        carriedContext()?.slice(-4, -2),
      );
    expect(await Promise.all([undefined, caller('01'), caller('00')].map(flagsOf))).toEqual(flags);
  });

  test('a record carries its trace to another process, and text that is broken starts a new one', async () => {
    await tracing(await receiver(accept));
    const carried = await inSpan('send', { continues: headersOf(caller('01')) }, async () => carriedContext());
    const traceOf = (text: string | undefined) =>
      inSpan('process', { continues: { from: 'record', carried: text } }, async () => activeTrace()?.trace_id);
    expect(await traceOf(carried)).toBe('a'.repeat(32));
    expect(inContextOf(carried, activeTrace)?.trace_id).toBe('a'.repeat(32));
    for (const broken of [undefined, '', 'null', '[]', '{', '{"traceparent":1}', '{"traceparent":"x"}']) {
      expect(await traceOf(broken), String(broken)).toMatch(/^(?!a{32})[0-9a-f]{32}$/);
    }
  });

  test('an error of the work is thrown on, and its message is not sent', async () => {
    const bodies: Buffer[] = [];
    const endpoint = await receiver(async (request, response) => {
      bodies.push(Buffer.concat(await Array.fromAsync(request)));
      response.end();
    });
    const { close } = await tracing(endpoint);
    const error = Object.assign(new Error('no access to secret.jpg'), { code: 'storage-unavailable' });
    await expect(inSpan('fetch', {}, () => Promise.reject(error))).rejects.toBe(error);
    await close();
    const sent = Buffer.concat(bodies).toString('latin1');
    expect(sent).toContain('storage-unavailable');
    expect(sent).not.toContain('secret.jpg');
  });

  test('a receiver that refuses spans fails no work, and is reported once', async () => {
    const { close, onTrouble, onRecovery } = await tracing(
      await receiver((_, response) => response.writeHead(400).end()),
    );
    for (let batch = 0; batch < 3; batch += 1)
      for (let span = 0; span < 512; span += 1) expect(await inSpan('work', {}, async () => span)).toBe(span);
    await close();
    expect([onTrouble.mock.calls.length, onRecovery.mock.calls.length]).toEqual([1, 0]);
  });

  test('a receiver that never answers holds a bounded number of spans and does not keep the process from its end', async () => {
    let requests = 0;
    const { close } = await tracing(await receiver(() => (requests += 1)));
    for (let span = 0; span < 6_000; span += 1) await inSpan('work', {}, async () => {});
    // The batch processor waits for its first batch of 512.
    await vi.waitUntil(() => requests > 0);
    await close();
    expect(requests).toBeLessThanOrEqual(1 + 4_096 / 512);
    expect(isTracing()).toBe(false);
  });
});
