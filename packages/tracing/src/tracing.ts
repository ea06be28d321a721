import type { TracingEnv } from './env.ts';
import type { OpenSpan, Recorder, SpanFacts, SpanOptions, TraceIds, Tracing, TracingOptions } from './recorder.ts';

/** Undefined while tracing is off: then every function below returns at once, and no module of OpenTelemetry is loaded. */
let recorder: Recorder | undefined;

/**
 * Records spans from now on, and sends them to the OTLP receiver of the environment. Does nothing if the environment has none.
 *
 * The recorder belongs to the process: spans follow asynchronous calls, not arguments.
 */
export async function startTracing(env: TracingEnv, options: TracingOptions): Promise<Tracing> {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return { async close() {} };
  const { startRecorder } = await import('./start-recorder.ts');
  const started = startRecorder(env, options);
  recorder = started.recorder;
  return {
    async close() {
      recorder = undefined;
      await started.close();
    },
  };
}

/** Whether this process records spans. */
export const isTracing = (): boolean => recorder !== undefined;

const noSpan: OpenSpan = { rename() {}, add() {}, fail() {} };

/** Runs work in a span, which is the active one meanwhile. An error of the work marks the span, and is thrown on. */
export const inSpan = <T>(name: string, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T> =>
  recorder ? recorder.inSpan(name, options, work) : work(noSpan);

/** Records a span of work that has ended now, for example in another process. @param ms its duration */
export const recordSpan = (name: string, ms: number, facts: SpanFacts = {}): void =>
  recorder?.recordSpan(name, ms, facts);

/** The ids of the active span; undefined without one. */
export const activeTrace = (): TraceIds | undefined => recorder?.activeTrace();

/** The active trace context as text, to be kept with a record; undefined without a span. */
export const carriedContext = (): string | undefined => recorder?.carriedContext();

/** Runs work in the trace context of a record, without a span of its own. */
export const inContextOf = <T>(carried: string | undefined, work: () => T): T =>
  recorder ? recorder.inContextOf(carried, work) : work();

/** Links the active span to the trace of a record, if that is another one. */
export const linkTo = (carried: string | undefined): void => recorder?.linkTo(carried);
