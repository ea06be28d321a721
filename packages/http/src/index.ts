export type { HttpBindings } from './bindings.ts';
export type { ConnectionLimits } from './connection-limits.ts';
export { errorHandler, notFound } from './error-handler.ts';
export { type HttpServer, type ListenOptions, listen } from './listen.ts';
export { type FieldProblem, Problem, type ProblemOptions, tooMany } from './problem.ts';
export { ProblemBody, problemBody } from './problem-body.ts';
export { readAtMostEvery } from './read-at-most-every.ts';
export { requestLog } from './request-log.ts';
export { requestMetrics } from './request-metrics.ts';
