import { setTimeout as delay } from 'node:timers/promises';
import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { SamplerName, TracingEnv } from './env.ts';
import { createRecorder } from './open-telemetry.ts';
import type { Recorder, Tracing, TracingOptions } from './recorder.ts';
import { reportTrouble } from './report-trouble.ts';

/** Spans that wait to be sent; more are dropped. About 2 kB each. */
const WAITING_MAX = 4_096;
const BATCH_MAX = 512;
const INTERVAL_MS = 2_000;
/** Of one batch, with the exporter's own retries. */
const EXPORT_TIMEOUT_MS = 10_000;
const CLOSE_MS = 3_000;

/** Long texts, such as the message of an error, are cut. */
const VALUE_LENGTH_MAX = 1_000;
const ATTRIBUTES_MAX = 32;
const EVENTS_MAX = 32;
const LINKS_MAX = 16;

/** Starts OpenTelemetry's SDK. Its exporter reads OTEL_EXPORTER_OTLP_HEADERS, and the variables for TLS and compression, itself. */
export function startRecorder(
  env: TracingEnv,
  { app, onTrouble, onRecovery }: TracingOptions,
): Tracing & { readonly recorder: Recorder } {
  const url = `${env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '')}/v1/traces`;
  const otlp = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
  const exporter = reportTrouble(otlp, onTrouble, onRecovery);
  const provider = new TracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    resource: resourceFromAttributes({ 'service.name': `imagemill-${app}` }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    sampler: samplerOf(env.OTEL_TRACES_SAMPLER, env.OTEL_TRACES_SAMPLER_ARG),
    spanLimits: {
      attributeCountLimit: ATTRIBUTES_MAX,
      attributeValueLengthLimit: VALUE_LENGTH_MAX,
      eventCountLimit: EVENTS_MAX,
      linkCountLimit: LINKS_MAX,
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: WAITING_MAX,
        maxExportBatchSize: BATCH_MAX,
        scheduledDelayMillis: INTERVAL_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  // Trace context alone. Baggage of a caller could carry anything into the queue.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    recorder: createRecorder(provider.getTracer('imagemill')),
    async close() {
      await Promise.race([provider.shutdown().catch(() => {}), delay(CLOSE_MS, undefined, { ref: false })]);
      context.disable();
      propagation.disable();
    },
  };
}

function samplerOf(name: SamplerName, share: number): Sampler {
  if (name.startsWith('parentbased_')) return new ParentBasedSampler({ root: rootSampler(name, share) });
  return rootSampler(name, share);
}

function rootSampler(name: SamplerName, share: number): Sampler {
  if (name.endsWith('traceidratio')) return new TraceIdRatioBasedSampler(share);
  return name.endsWith('always_off') ? new AlwaysOffSampler() : new AlwaysOnSampler();
}
