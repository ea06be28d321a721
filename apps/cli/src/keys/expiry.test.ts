import { expect, test } from 'vitest';
import { parseExpiry } from './expiry.ts';

const now = Date.parse('2030-01-01T12:00:00Z');

test.each([
  ['90d', '2030-04-01T12:00:00.000Z'],
  ['2030-12-31', '2030-12-31T00:00:00.000Z'],
  ['2030-12-31T10:00:00Z', '2030-12-31T10:00:00.000Z'],
  ['2030-12-31T10:00:00+02:00', '2030-12-31T08:00:00.000Z'],
])('%s ends at %s', (text, at) => {
  expect(parseExpiry(text, now).toISOString()).toBe(at);
});

test.each(['', '90', 'd', '-1d', '1.5d', '0d', '3651d', '9999d', '2030-13-01', '2029-12-31', '2041-01-01', 'tomorrow'])(
  '"%s" is refused',
  (text) => {
    expect(() => parseExpiry(text, now)).toThrow(/^It must be/);
  },
);
