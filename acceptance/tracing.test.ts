import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { grainyPhoto } from './test-support/photos.ts';
import { createSeller } from './test-support/seller.ts';
import { equippedStack, spansOf, tenantWithWebhooks } from './test-support/shared.ts';
import type { ReceivedSpan } from './test-support/trace-receiver.ts';

const webhooks = createServer((request, response) => void request.resume().on('end', () => response.end()));
const filename = 'my-private-birthday.jpg';

let stack: Awaited<ReturnType<typeof equippedStack>>;
let tenant: Awaited<ReturnType<typeof tenantWithWebhooks>>;
beforeAll(async () => {
  await once(webhooks.listen(0, '127.0.0.1'), 'listening');
  tenant = await tenantWithWebhooks(`http://127.0.0.1:${(webhooks.address() as AddressInfo).port}`);
  stack = await equippedStack();
});
afterAll(() => {
  webhooks.closeAllConnections();
  webhooks.close();
});

/** What a caller that records a trace sends. */
function newTrace(flags = '01') {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

const call = (path: string, { traceparent }: { traceparent: string }) =>
  fetch(`${stack.apiUrl}${path}`, { headers: { authorization: `Bearer ${tenant.apiKey}`, traceparent } });

const named = (spans: readonly ReceivedSpan[], name: string) => {
  const found = spans.filter((span) => span.name === name);
  if (found.length === 0)
    throw new Error(`No ${name} in ${spans.map((span) => `${span.service} ${span.name}`).join(', ')}.`);
  return found as [ReceivedSpan, ...ReceivedSpan[]];
};

test('one trace goes from the ticket over the queue to every step of the render, the webhook and the edge', async () => {
  const caller = newTrace();
  const seller = createSeller({ ...stack, ...tenant, traceparent: caller.traceparent });
  const photo = { bytes: await grainyPhoto(), filename };
  const { image } = await seller.upload({ ...photo, category: 'catalogue' });
  const made = await fetch(`${stack.edgeUrl}/images/${image.imageId}/later`, { headers: caller });
  expect(made.headers.get('cache-status')).toBe('imagemill; fwd=miss; stored');
  const spans = await vi.waitFor(async () => {
    const sent = await spansOf(caller.traceId);
    for (const name of ['process render', 'deliver webhook', 'process webhooks', 'GET /images/:id/:file'])
      named(sent, name);
    return sent;
  });

  const byId = new Map(spans.map((span) => [span.spanId, span]));
  /** The names from a span up to that of the caller. */
  const path = (span: ReceivedSpan | undefined): string[] =>
    span ? [`${span.service.replace('imagemill-', '')}: ${span.name}`, ...path(byId.get(span.parentSpanId))] : [];
  const ancestry = (name: string) => new Set(named(spans, name).map((span) => path(span).join(' < ')));

  const ticket = 'api: send render < api: POST /v1/images/upload-url';
  const render = `worker: process render < ${ticket}`;
  const picture = 'edge: GET /images/:id/:file';
  expect(ancestry('process render')).toEqual(new Set([render]));
  expect(ancestry('fetch')).toEqual(new Set([`worker: fetch < ${render}`, `edge: fetch < ${picture}`]));
  expect(ancestry('decode')).toEqual(new Set([`worker: decode < ${render}`, `edge: decode < ${picture}`]));
  expect(ancestry('encode')).toEqual(
    new Set([`worker: encode < worker: render < ${render}`, `edge: encode < ${picture}`]),
  );
  expect(ancestry('publish')).toEqual(
    new Set([`worker: publish < worker: render < ${render}`, `edge: publish < ${picture}`]),
  );
  expect(ancestry('commit')).toEqual(new Set([`worker: commit < ${render}`]));
  expect(ancestry('deliver webhook')).toEqual(
    new Set([`worker: deliver webhook < worker: process webhooks < worker: send webhooks < ${render}`]),
  );

  // Each encode and each upload of the worker has its own span, and the edge has one of each.
  const published = image.renditions.filter((one) => one.bytes !== null);
  expect(published.length).toBeGreaterThan(3);
  for (const step of ['encode', 'publish']) {
    const entries = named(spans, step).filter(({ service }) => service === 'imagemill-worker');
    const shown = entries.map(({ facts }) => `${facts['imagemill.variant']}.${facts['imagemill.format']}`);
    expect(shown.toSorted(), step).toEqual(published.map(({ variant, format }) => `${variant}.${format}`).toSorted());
  }
  const [job] = named(spans, 'process render');
  for (const { startMs, endMs } of named(spans, 'encode').filter(({ service }) => service === job.service))
    expect([startMs >= job.startMs - 1, endMs <= job.endMs + 1]).toEqual([true, true]);
  expect(job).toMatchObject({
    kind: 'consumer',
    facts: { 'messaging.message.id': image.imageId, 'imagemill.attempt': 1 },
  });
  expect(spans.filter(({ failed }) => failed)).toEqual([]);

  // Every span is below the caller's.
  for (const span of spans)
    expect(byId.has(span.parentSpanId) || span.parentSpanId === caller.spanId, span.name).toBe(true);
  const secrets = [tenant.apiKey, 'X-Amz', 'signature', filename, 'http://', 'authorization'];
  for (const secret of secrets) expect(JSON.stringify(spans).toLowerCase()).not.toContain(secret.toLowerCase());
});

test('log lines and problem bodies have the id of the trace, also if the caller does not record it', async () => {
  for (const caller of [newTrace(), newTrace('00')]) {
    const missing = await call(`/v1/images/${crypto.randomUUID()}`, caller);
    expect(await missing.json()).toMatchObject({ status: 404, traceId: caller.traceId });
    const lines = await logLines((line) => line.trace_id === caller.traceId);
    expect(lines).toMatchObject([
      { app: 'api', msg: 'request', status: 404, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ]);
  }
});

test.each([
  '',
  'x',
  '00-0-0-01',
  `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
  `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
])('starts a trace of its own for a caller with the trace context %j', async (traceparent) => {
  const answer = (await (await call('/v1/nothing', { traceparent })).json()) as { traceId: string };
  expect(answer.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  expect(traceparent).not.toContain(answer.traceId);
});

test('a request about an image of another trace is linked to that trace', async () => {
  const [first, second] = [newTrace(), newTrace()];
  const seller = createSeller({ ...stack, ...tenant, traceparent: first.traceparent });
  const ticket = await seller.ticket({ bytes: await grainyPhoto(), filename });
  await call(`/v1/images/${ticket.imageId}`, second);
  await vi.waitFor(async () => {
    const [span] = named(await spansOf(second.traceId), 'GET /v1/images/:id');
    expect(span).toMatchObject({ kind: 'server', parentSpanId: second.spanId, links: [first.traceId] });
  });
});

async function logLines(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
  return vi.waitFor(async () => {
    const files = await Array.fromAsync(glob('*.log', { cwd: join(stack.dir, 'logs') }));
    const texts = await Promise.all(files.map((file) => readFile(join(stack.dir, 'logs', file), 'utf8')));
    const lines = texts.flatMap((text) =>
      text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')),
    );
    const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(wanted);
    if (found.length === 0) throw new Error('There is no such line yet.');
    return found;
  });
}
