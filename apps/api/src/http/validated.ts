import { type FieldProblem, Problem } from '@imagemill/http';
import type { Context } from 'hono';
import type { z } from 'zod';
import { findOverfull } from './entry-bounds.ts';

/** Invalid fields in one response: enough to repair a request, and small. */
export const FIELD_ERRORS_MAX = 20;

/** Characters of a field's path in a response: its keys come from the caller. */
const FIELD_LENGTH_MAX = 100;

/**
 * A caller's input, parsed by a schema.
 *
 * @throws Problem 422 with the code of the first invalid field, and the first invalid fields
 */
export function validated<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const overfull = findOverfull(schema, input);
  if (overfull) throw invalid([tooManyEntries(overfull)]);
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.slice(0, FIELD_ERRORS_MAX).flatMap(fieldProblems).slice(0, FIELD_ERRORS_MAX));
}

const invalid = (errors: readonly FieldProblem[]) =>
  new Problem({
    status: 422,
    code: errors[0]?.code ?? 'invalid-field',
    detail: errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    errors,
  });

const tooManyEntries = ({ path, max }: { readonly path: readonly string[]; readonly max: number }): FieldProblem => ({
  field: fieldName(path),
  code: 'invalid-field',
  message: `must have at most ${max} entries`,
  limit: max,
});

/** The request's query, parsed by a schema. @throws Problem 422: see `validated` */
export const query = <Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> =>
  validated(schema, c.req.query());

type Issue = z.core.$ZodIssue;

function fieldProblems(issue: Issue): FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, FIELD_ERRORS_MAX)
      .map((key) => ({ field: fieldName([...path, key]), code: 'unknown-field', message: 'unknown field' }));
  }
  return [{ field: fieldName(path), code: fieldCode(issue), message: issue.message, ...limitOf(issue) }];
}

function fieldName(path: readonly string[]): string {
  const name = path.join('.');
  return name.length > FIELD_LENGTH_MAX ? `${name.slice(0, FIELD_LENGTH_MAX)}…` : name;
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
