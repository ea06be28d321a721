import { expect, test } from 'vitest';
import { hashApiKey, newApiKey } from './api-key.ts';
import { ConfiguredKeys, configuredKeyEntry } from './configured-keys.ts';

test('what is made as an entry is read as one, also beside others', () => {
  const [old, next] = [newApiKey(), newApiKey()];
  const text = `${configuredKeyEntry(old, 'acme', ['upload', 'admin'])}, ${configuredKeyEntry(next, 'acme', ['storage'])}`;
  expect(ConfiguredKeys.parse(text)).toEqual([
    { tenant: 'acme', scopes: ['upload', 'admin'], hash: hashApiKey(old) },
    { tenant: 'acme', scopes: ['storage'], hash: hashApiKey(next) },
  ]);
});

test.each([
  ['no tenant', `:upload:${'0'.repeat(64)}`],
  ['a name that is no tenant', `Acme:upload:${'0'.repeat(64)}`],
  ['an unknown scope', `acme:upload+all:${'0'.repeat(64)}`],
  ['a key in the place of its hash', 'acme:upload:im_live_hunter2'],
  ['a comma too many', `acme:upload:${'0'.repeat(64)},`],
])('%s is refused, and not shown', (_what, text) => {
  const { error } = ConfiguredKeys.safeParse(text);
  expect(error?.issues[0]?.message).toMatch(/^entry [12] is not tenant:scope\+scope:sha256hex$/);
});
