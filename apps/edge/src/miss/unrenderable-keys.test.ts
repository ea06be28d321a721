import type { Problem } from '@imagemill/http';
import { expect, test } from 'vitest';
import { createUnrenderableKeys } from './unrenderable-keys.ts';

test('a long render without a result is tried again within a minute', () => {
  const keys = createUnrenderableKeys();
  keys.addUnfinished('long', 30_000);
  expect(() => keys.check('long')).toThrow(
    expect.objectContaining<Partial<Problem>>({
      options: expect.objectContaining({ status: 503, headers: expect.objectContaining({ 'retry-after': '60' }) }),
    }),
  );
  expect(() => keys.check('other')).not.toThrow();
});
