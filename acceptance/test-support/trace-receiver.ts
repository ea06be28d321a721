import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
// Compiled from OpenTelemetry's own .proto files. Later versions of the package have a serializer by hand instead, and no decoder.
import generated from '@opentelemetry/otlp-transformer/build/src/generated/root.js';

export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
  /** The ids of the linked traces. */
  readonly links: readonly string[];
}

type AnyValue = { readonly [kind in 'stringValue' | 'intValue' | 'boolValue' | 'doubleValue']?: unknown };
type Attributes = readonly { readonly key: string; readonly value: AnyValue }[];
interface SpanMessage {
  readonly name: string;
  readonly kind: string;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Attributes;
  readonly status?: { readonly code: string };
  readonly links: readonly { readonly traceId: Uint8Array }[];
}
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly { readonly spans: readonly SpanMessage[] }[];
  }[];
}

/** The package declares the type of the root alone. */
interface Generated {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: { readonly trace: { readonly v1: { ExportTraceServiceRequest: MessageType } } };
    };
  };
}
interface MessageType {
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
}
const { ExportTraceServiceRequest } = (generated as unknown as Generated).opentelemetry.proto.collector.trace.v1;

/** An OTLP receiver (https://opentelemetry.io/docs/specs/otlp/#otlphttp) of traces in protobuf, which keeps what it gets. */
export async function startTraceReceiver() {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const isTraces = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
    if (isTraces) spans.push(...spansIn(body));
    response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spansOf: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function spansIn(body: Uint8Array): ReceivedSpan[] {
  const options = { longs: String, enums: String, arrays: true, defaults: true };
  const { resourceSpans } = ExportTraceServiceRequest.toObject(
    ExportTraceServiceRequest.decode(body),
    options,
  ) as ExportRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({ service: String(factsIn(resource.attributes)['service.name']), ...received(span) })),
    ),
  );
}

const received = (span: SpanMessage) => ({
  name: span.name,
  kind: span.kind.replace('SPAN_KIND_', '').toLowerCase(),
  traceId: hex(span.traceId),
  spanId: hex(span.spanId),
  parentSpanId: hex(span.parentSpanId),
  startMs: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
  endMs: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
  facts: factsIn(span.attributes),
  failed: span.status?.code === 'STATUS_CODE_ERROR',
  links: span.links.map((link) => hex(link.traceId)),
});

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const factsIn = (attributes: Attributes) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue || value.boolValue || Number(value.intValue || value.doubleValue),
    ]),
  );
