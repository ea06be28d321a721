import { expect, test } from 'vitest';
import { z } from 'zod';
import { flag, httpUrl, InvalidEnvironmentError, list, parseEnv, whole } from './environment.ts';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535, 'must be a port').default(80),
  SECRET: z.string().min(10),
  DEBUG: flag().prefault('false'),
  ORIGINS: list().prefault('*'),
});

test('reads the variables that are set, and applies defaults for the rest', () => {
  expect(parseEnv(schema, { SECRET: 'long enough', PORT: '0', ORIGINS: 'a, b,', HOME: '/root' })).toEqual({
    PORT: 0,
    SECRET: 'long enough',
    DEBUG: false,
    ORIGINS: ['a', 'b'],
  });
});

test('treats an empty variable as not set', () => {
  expect(parseEnv(schema, { SECRET: 'long enough', PORT: '' }).PORT).toBe(80);
});

test('lists every invalid variable at once, without values', () => {
  const parse = () => parseEnv(schema, { PORT: '99999', SECRET: 'hunter2', DEBUG: 'yes' });
  expect(parse).toThrow(InvalidEnvironmentError);
  expect(parse).toThrow(/PORT: must be a port[\s\S]*SECRET: [\s\S]*DEBUG: must be true or false/);
  expect(parse).not.toThrow(/hunter2|99999/);
  expect(() => parseEnv(schema, {})).toThrow('SECRET is not set');
});

test.each(['0x10', '1e3', ' ', '-1', '5.5', '99999999999999999999', '11'])(
  'rejects %j as a number from 0 to 10',
  (N) => {
    expect(() => parseEnv(z.object({ N: whole(0, 10) }), { N })).toThrow('N: must be a whole number from 0 to 10');
  },
);

test.each(['localhost:9000', 'ftp://x', 'javascript:alert(1)', 'x'])('rejects %j as an http(s) URL', (U) => {
  expect(() => parseEnv(z.object({ U: httpUrl() }), { U })).toThrow('U: must be an http:// or https:// URL');
  expect(parseEnv(z.object({ U: httpUrl() }), { U: 'http://localhost:9000' })).toEqual({ U: 'http://localhost:9000' });
});
