import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { versioned } from './versioned.ts';

const schema = z.object({ name: z.string(), tags: z.array(z.string()) });
const record = versioned({
  schema,
  versionField: 'version',
  upgrades: [({ title, ...others }) => ({ ...others, name: title }), (older) => ({ ...older, tags: [] })],
});

describe('a versioned record', () => {
  test('is stored with its version, and read without it', () => {
    const today = { name: 'a', tags: ['b'] };
    expect(record.write(today)).toEqual({ version: 3, ...today });
    expect(record.stored.parse(record.write(today))).toEqual(today);
  });

  test.each([
    { title: 'a' },
    { version: 1, title: 'a' },
    { version: 2, name: 'a' },
    { version: 3, name: 'a', tags: [] },
  ])('of an earlier version, or of none, is upgraded on reading: %j', (stored) => {
    expect(record.stored.parse(stored)).toEqual({ name: 'a', tags: [] });
  });

  test.each([
    { version: 4, name: 'a', tags: [] },
    { version: 0, name: 'a', tags: [] },
    { version: 2.5, name: 'a', tags: [] },
    { version: '3', name: 'a', tags: [] },
    { version: null, name: 'a', tags: [] },
    { version: 3, name: 'a' },
    'text',
    null,
  ])('of a later or no possible version, or broken, fails: %j', (stored) => {
    expect(record.stored.safeParse(stored).success).toBe(false);
  });
});
