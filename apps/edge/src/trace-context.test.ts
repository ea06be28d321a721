import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTracing } from '@imagemill/tracing';
import { expect, onTestFinished, test } from 'vitest';
import { createEdgeHarness, newImage, pathOf } from './test-support/edge-harness.ts';

const caller = 'a'.repeat(32);
const recorded = { traceparent: `00-${caller}-${'b'.repeat(16)}-01` };

/** One request of a caller that marks its trace as recorded, to an edge that records nothing of its own. */
async function requestWith(env: { EDGE_TRUST_TRACEPARENT: boolean }) {
  let batches = 0;
  const receiver = createServer((request, response) => {
    batches += 1;
    request.resume().on('end', () => response.end());
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void receiver.close().closeAllConnections());
  const tracing = await startTracing(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_TRACES_SAMPLER_ARG: 1,
    },
    { app: 'edge', onTrouble: () => {}, onRecovery: () => {} },
  );
  onTestFinished(tracing.close);
  const edge = await createEdgeHarness({ env });
  onTestFinished(edge.close);
  const response = await edge.get(pathOf(newImage()), recorded);
  const { traceId } = (await response.json()) as { traceId: string };
  // Sends what was recorded.
  await tracing.close();
  return { traceId, batches };
}

test('the trace context of a stranger neither joins a trace nor decides what is recorded', async () => {
  const { traceId, batches } = await requestWith({ EDGE_TRUST_TRACEPARENT: false });
  expect(traceId).toMatch(/^(?!a{32})[0-9a-f]{32}$/);
  expect(batches).toBe(0);
});

test('the trace context of a trusted CDN is continued, and its sampling is obeyed', async () => {
  expect(await requestWith({ EDGE_TRUST_TRACEPARENT: true })).toEqual({ traceId: caller, batches: 1 });
});
