import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { type FieldProblem, Problem } from './problem.ts';

/** Refuses bodies over a size, also when they come without a length. */
export const limitBody = (bytesMax: number) =>
  bodyLimit({
    maxSize: bytesMax,
    onError: () => {
      throw new Problem({
        status: 413,
        code: 'body-too-large',
        detail: `A request body can have ${bytesMax} bytes at most.`,
        // The rest of the body is not read, so nothing else can follow on this connection.
        headers: { connection: 'close' },
      });
    },
  });

/**
 * The request's JSON body, parsed by a schema.
 *
 * @throws Problem 415 `unsupported-media-type`, 400 `invalid-json`, 422 with the first field's code and every field named
 */
export async function jsonBody<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem({ status: 415, code: 'unsupported-media-type', detail: 'Send the body as application/json.' });
  }
  const parsed = schema.safeParse(await parseJson(c), { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(fieldProblems);
  throw new Problem({
    status: 422,
    code: errors[0]?.code ?? 'invalid-field',
    detail: errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    errors,
  });
}

async function parseJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Problem({ status: 400, code: 'invalid-json', detail: 'The body is not valid JSON.' });
  }
}

type Issue = z.core.$ZodIssue;

function fieldProblems(issue: Issue): FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      code: 'unknown-field',
      message: 'this field is not known',
    }));
  }
  return [{ field: path.join('.'), code: fieldCode(issue), message: issue.message }];
}

function fieldCode(issue: Issue): string {
  if (issue.code === 'custom' && typeof issue.params?.code === 'string') return issue.params.code;
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'missing-field' : 'invalid-type';
  return 'invalid-field';
}
