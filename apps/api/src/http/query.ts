import type { Context } from 'hono';
import type { z } from 'zod';
import { validated } from './validated.ts';

/** The request's query, parsed by a schema. @throws Problem 422: see `validated` */
export const query = <Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> =>
  validated(schema, c.req.query());
