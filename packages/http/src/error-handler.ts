import { AppError } from '@imagemill/errors';
import { activeTrace } from '@imagemill/tracing';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { HttpBindings } from './bindings.ts';
import { Problem, type ProblemOptions } from './problem.ts';
import { problemBody } from './problem-body.ts';
import { failed } from './refusals.ts';

const RETRY_AFTER_S = '5';
/** Characters of a path in an error's detail. */
const PATH_LENGTH_MAX = 200;

/** The only place that turns an error into a response: RFC 9457 `application/problem+json`. */
export function errorHandler<Bindings extends HttpBindings>(error: Error, c: Context<Bindings>): Response {
  const problem = toProblem(error);
  if (problem.status >= 500) variablesOf(c).logger.error({ err: error, code: problem.code }, 'request failed');
  return render(c, problem);
}

export const notFound = <Bindings extends HttpBindings>(c: Context<Bindings>): Response =>
  render(c, {
    status: 404,
    code: 'route-not-found',
    detail: `There is no ${c.req.method} ${c.req.path.slice(0, PATH_LENGTH_MAX)}.`,
  });

/** TypeScript does not resolve the variables of a type parameter. */
const variablesOf = (c: { readonly var: object }) => c.var as HttpBindings['Variables'];

function toProblem(error: Error): ProblemOptions {
  if (error instanceof Problem) return error.options;
  if (error instanceof AppError && error.retryable) {
    const headers = { 'retry-after': RETRY_AFTER_S };
    return { status: 503, code: error.code, detail: error.publicMessage, headers };
  }
  if (error instanceof HTTPException && error.status < 500) {
    return { status: error.status as 400, code: 'bad-request', detail: 'The request is malformed.' };
  }
  return failed;
}

function render<Bindings extends HttpBindings>(
  c: Context<Bindings>,
  { headers, ...problem }: ProblemOptions,
): Response {
  const { requestId } = variablesOf(c);
  const body = problemBody({ ...problem, instance: c.req.path, requestId, traceId: activeTrace()?.trace_id });
  return c.body(JSON.stringify(body), problem.status, { 'content-type': 'application/problem+json', ...headers });
}
