export type { TracingEnv } from './env.ts';
export type { Tracing } from './recorder.ts';
export {
  activeTrace,
  carriedContext,
  inContextOf,
  inSpan,
  isTracing,
  linkTo,
  recordSpan,
  startTracing,
} from './tracing.ts';
