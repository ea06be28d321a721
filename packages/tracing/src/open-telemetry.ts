import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { OpenSpan, Recorder, SpanOptions } from './recorder.ts';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Records spans by OpenTelemetry's API, whose context manager and propagator must be set. */
export function createRecorder(tracer: Tracer): Recorder {
  return {
    inSpan(name, { kind = 'internal', facts = {}, continues }, work) {
      const options = { kind: kinds[kind], attributes: facts };
      return tracer.startActiveSpan(name, options, parentOf(continues), async (span) => {
        const open = openSpan(span);
        try {
          return await work(open);
        } catch (error) {
          open.fail(error);
          throw error;
        } finally {
          span.end();
        }
      });
    },

    recordSpan(name, ms, facts) {
      const now = Date.now();
      tracer.startSpan(name, { startTime: now - ms, attributes: facts }).end(now);
    },

    activeTrace() {
      const active = trace.getActiveSpan()?.spanContext();
      return active && isSpanContextValid(active) ? { trace_id: active.traceId, span_id: active.spanId } : undefined;
    },

    carriedContext() {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return carrier.traceparent === undefined ? undefined : JSON.stringify(carrier);
    },

    inContextOf: (carried, work) => context.with(contextOf(carried), work),

    linkTo(carried) {
      const span = trace.getActiveSpan();
      const other = trace.getSpanContext(contextOf(carried));
      if (span && other && other.traceId !== span.spanContext().traceId) span.addLink({ context: other });
    },
  };
}

const openSpan = (span: Span): OpenSpan => ({
  rename: (name) => span.updateName(name),
  add: (facts) => span.setAttributes(facts),
  fail(error) {
    const { name, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : { name: 'Error' };
    const type = typeof code === 'string' ? code : name;
    span.setStatus({ code: SpanStatusCode.ERROR, message: type }).setAttribute('error.type', type);
  },
});

function parentOf(continues: SpanOptions['continues']): Context {
  if (continues === undefined) return context.active();
  if (continues.from === 'record') return contextOf(continues.carried);
  const { headers } = continues;
  return propagation.extract(ROOT_CONTEXT, headers, { get: (_, name) => headers(name), keys: () => [] });
}

/** Of text that is missing or broken, a context without a span. */
function contextOf(carried: string | undefined): Context {
  if (carried === undefined) return ROOT_CONTEXT;
  try {
    const carrier: unknown = JSON.parse(carried);
    return carrier !== null && typeof carrier === 'object' ? propagation.extract(ROOT_CONTEXT, carrier) : ROOT_CONTEXT;
  } catch {
    return ROOT_CONTEXT;
  }
}
