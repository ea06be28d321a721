import { expect, test } from 'vitest';
import { tenantWeights } from './tenant-weights.ts';

test('reads weights by tenant, and none from an empty text', () => {
  expect(tenantWeights.parse(' acme=4, other=0.5,')).toEqual(
    new Map([
      ['acme', 4],
      ['other', 0.5],
    ]),
  );
  expect(tenantWeights.parse('')).toEqual(new Map());
});

test.each(['acme', 'acme=', 'acme=0', 'acme=-1', 'acme=1000', 'acme=x', 'Not a tenant=1', 'a=1=2'])(
  'rejects %s',
  (text) => {
    expect(tenantWeights.safeParse(text).error?.issues[0]?.message).toMatch(/^must be tenant=weight pairs/);
  },
);
