import { z } from 'zod';
import type { ProblemOptions } from './problem.ts';

/** The body of every error: RFC 9457. */
export const ProblemBody = z
  .object({
    type: z.string().meta({ description: '`urn:problem:imagemill:` and the code' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'stable: branch on it' }),
    detail: z.string().meta({ description: 'for people' }),
    instance: z.string().meta({ description: "the request's path; empty if the request could not be read" }),
    requestId: z.string().meta({ description: 'quote it when you report a problem' }),
    traceId: z.string().optional().meta({ description: 'the trace of the request, if the service records traces' }),
    field: z.string().optional().meta({ description: 'the first invalid field, such as `metadata.sku`' }),
    limit: z.number().optional().meta({ description: 'the largest value allowed in this field' }),
    errors: z
      .array(z.object({ field: z.string(), code: z.string(), message: z.string(), limit: z.number().optional() }))
      .max(20)
      .readonly()
      .optional()
      .meta({ description: 'the first 20 invalid fields' }),
    missingParts: z
      .array(z.int())
      .readonly()
      .optional()
      .meta({ description: 'the first 100 missing parts, if an upload in parts cannot be completed' }),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457).' });
export type ProblemBody = z.input<typeof ProblemBody>;

/** Details and paths may repeat what the caller sent. */
const DETAIL_LENGTH_MAX = 2_000;
const INSTANCE_LENGTH_MAX = 500;

const shortened = (text: string, lengthMax: number) =>
  text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;

type ProblemFields = Omit<ProblemOptions, 'headers'> & Pick<ProblemBody, 'instance' | 'requestId' | 'traceId'>;

export const problemBody = ({
  status,
  code,
  detail,
  errors,
  missingParts,
  instance,
  requestId,
  traceId,
}: ProblemFields): ProblemBody => ({
  type: `urn:problem:imagemill:${code}`,
  title: titles[status] ?? 'Error',
  status,
  code,
  detail: shortened(detail, DETAIL_LENGTH_MAX),
  instance: shortened(instance, INSTANCE_LENGTH_MAX),
  requestId,
  ...(traceId !== undefined && { traceId }),
  ...(errors && { field: errors[0]?.field, limit: errors[0]?.limit, errors }),
  ...(missingParts && { missingParts }),
});

const titles: Partial<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Request timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Request too large',
  415: 'Unsupported media type',
  422: 'Invalid request',
  426: 'Upgrade required',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Service unavailable',
};
