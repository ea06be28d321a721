import { z } from 'zod';

/** The query of a list of failed jobs, whose cursor is a position in it. */
export const FailedJobsQuery = z.strictObject({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const ErrorCode = z.string().regex(/^[a-z][a-z-]*$/, 'must be an error code');

/** How many failed jobs a call has restarted, and whether there may be more. */
export const Redriven = z.object({ redriven: z.int(), more: z.boolean() });
export const exampleRedriven = { redriven: 12, more: false };
