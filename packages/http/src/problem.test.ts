import { expect, test } from 'vitest';
import { Problem } from './problem.ts';

const stackOf = (status: 404 | 503) => new Problem({ status, code: 'no-picture', detail: 'No picture.' }).stack;

test('an error of a client records no stack, one of ours does, and so does any later error', () => {
  expect(stackOf(404)).toBe('Problem: No picture.');
  expect(stackOf(503)).toContain('problem.test.ts');
  expect(new Error('Later.').stack).toContain('problem.test.ts');
});
