import { expect, test } from 'vitest';
import { z } from 'zod';
import { flag, InvalidEnvironmentError, list, parseEnv } from './environment.ts';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535, 'must be a port').default(80),
  SECRET: z.string().min(10),
  DEBUG: flag().prefault('false'),
  ORIGINS: list().prefault('*'),
});

test('reads what is set and fills in the rest', () => {
  expect(parseEnv(schema, { SECRET: 'long enough', PORT: '0', ORIGINS: 'a, b,', HOME: '/root' })).toEqual({
    PORT: 0,
    SECRET: 'long enough',
    DEBUG: false,
    ORIGINS: ['a', 'b'],
  });
});

test('takes a variable that is set to nothing for one that is not set', () => {
  expect(parseEnv(schema, { SECRET: 'long enough', PORT: '' }).PORT).toBe(80);
});

test('names every bad variable at once, and no value', () => {
  const parse = () => parseEnv(schema, { PORT: '99999', SECRET: 'hunter2', DEBUG: 'yes' });
  expect(parse).toThrow(InvalidEnvironmentError);
  expect(parse).toThrow(/PORT: must be a port[\s\S]*SECRET: [\s\S]*DEBUG: must be true or false/);
  expect(parse).not.toThrow(/hunter2|99999/);
  expect(() => parseEnv(schema, {})).toThrow('SECRET is not set');
});
