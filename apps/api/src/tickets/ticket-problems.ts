import type { ProblemCode } from '../openapi/problem-codes.ts';

/** What every request for an image can be refused for by its own nature. */
const imageProblems = [
  'unknown-category',
  'invalid-filename',
  'too-many-unfinished',
  'overloaded',
  'queue-unavailable',
  'storage-unavailable',
] as const satisfies readonly ProblemCode[];

export const importProblems = [...imageProblems, 'invalid-url'] as const satisfies readonly ProblemCode[];

/** What a request for one ticket, or for many, can be refused for by its own nature. */
export const ticketProblems = [
  ...imageProblems,
  'unsupported-type',
  'empty-upload',
  'upload-too-large',
] as const satisfies readonly ProblemCode[];
