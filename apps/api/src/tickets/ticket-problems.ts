import type { ProblemCode } from '../openapi/problem-codes.ts';

/** What a request for one ticket, or for many, can be refused for by its own nature. */
export const ticketProblems = [
  'unknown-category',
  'unsupported-type',
  'empty-upload',
  'upload-too-large',
  'invalid-filename',
  'too-many-unfinished',
  'overloaded',
  'queue-unavailable',
  'storage-unavailable',
] as const satisfies readonly ProblemCode[];
