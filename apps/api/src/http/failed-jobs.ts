import { z } from 'zod';
import { PageLimit, PositionCursor } from './page-query.ts';

/** The query of a list of failed jobs, whose cursor is a position in it. */
export const FailedJobsQuery = z.strictObject({
  cursor: PositionCursor.default(0),
  limit: PageLimit,
});

export const ErrorCode = z.string().regex(/^[a-z][a-z-]*$/, 'must be an error code');

/** How many failed jobs a call has restarted, and whether there may be more. */
export const Redriven = z.object({ redriven: z.int(), more: z.boolean() });

export const redrivenResponse = {
  202: {
    description: 'How many were restarted, and whether there may be more.',
    body: Redriven,
    example: { redriven: 12, more: false },
  },
} as const;
