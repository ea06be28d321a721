import type { ProblemCode } from '../openapi/problem-codes.ts';

/** Error codes of every request that creates an image. */
const imageProblems = [
  'unknown-category',
  'no-signing-key',
  'invalid-filename',
  'image-deleted',
  'too-many-unfinished',
  'overloaded',
  'queue-unavailable',
  'storage-unavailable',
] as const satisfies readonly ProblemCode[];

export const importProblems = [...imageProblems, 'invalid-url'] as const satisfies readonly ProblemCode[];

/** Error codes of a request for one or many tickets. */
export const ticketProblems = [
  ...imageProblems,
  'unsupported-type',
  'empty-upload',
  'upload-too-large',
] as const satisfies readonly ProblemCode[];
