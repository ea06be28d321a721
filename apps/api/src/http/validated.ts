import type { Context } from 'hono';
import type { z } from 'zod';
import { type FieldProblem, Problem } from './problem.ts';

/**
 * A caller's input, parsed by a schema.
 *
 * @throws Problem 422 with the code of the first invalid field, and all invalid fields
 */
export function validated<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(fieldProblems);
  throw new Problem({
    status: 422,
    code: errors[0]?.code ?? 'invalid-field',
    detail: errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    errors,
  });
}

/** The request's query, parsed by a schema. @throws Problem 422: see `validated` */
export const query = <Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> =>
  validated(schema, c.req.query());

type Issue = z.core.$ZodIssue;

function fieldProblems(issue: Issue): FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      code: 'unknown-field',
      message: 'unknown field',
    }));
  }
  return [{ field: path.join('.'), code: fieldCode(issue), message: issue.message, ...limitOf(issue) }];
}

function limitOf(issue: Issue): { limit?: number } {
  const limit: unknown = issue.code === 'custom' ? issue.params?.limit : undefined;
  return typeof limit === 'number' ? { limit } : {};
}

function fieldCode(issue: Issue): string {
  if (issue.code === 'custom' && typeof issue.params?.code === 'string') return issue.params.code;
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'missing-field' : 'invalid-type';
  return 'invalid-field';
}
