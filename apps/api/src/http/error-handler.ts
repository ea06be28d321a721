import { AppError } from '@imagemill/errors';
import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ApiBindings } from './bindings.ts';
import { Problem, type ProblemOptions } from './problem.ts';
import { problemBody } from './problem-body.ts';

const RETRY_AFTER_S = '5';
/** Characters of a path in an error's detail. */
const PATH_LENGTH_MAX = 200;

/** The only place that turns an error into a response: RFC 9457 `application/problem+json`. */
export const errorHandler: ErrorHandler<ApiBindings> = (error, c) => {
  const problem = toProblem(error);
  if (problem.status >= 500) c.var.logger.error({ err: error, code: problem.code }, 'request failed');
  return render(c, problem);
};

export const notFound = (c: Context<ApiBindings>) =>
  render(c, {
    status: 404,
    code: 'route-not-found',
    detail: `There is no ${c.req.method} ${c.req.path.slice(0, PATH_LENGTH_MAX)}.`,
  });

function toProblem(error: Error): ProblemOptions {
  if (error instanceof Problem) return error.options;
  if (error instanceof AppError && error.retryable) {
    const headers = { 'retry-after': RETRY_AFTER_S };
    return { status: 503, code: error.code, detail: error.publicMessage, headers };
  }
  if (error instanceof HTTPException && error.status < 500) {
    return { status: error.status as 400, code: 'bad-request', detail: 'The request is malformed.' };
  }
  return { status: 500, code: 'internal-error', detail: 'Something went wrong on our side. It was logged.' };
}

function render(c: Context<ApiBindings>, { headers, ...problem }: ProblemOptions): Response {
  const body = problemBody({ ...problem, instance: c.req.path, requestId: c.var.requestId });
  return c.body(JSON.stringify(body), problem.status, { 'content-type': 'application/problem+json', ...headers });
}
