import { expect, test } from 'vitest';
import { hashApiKey, newApiKey } from './api-key.ts';
import { ConfiguredKeys, configuredKeyEntry } from './configured-keys.ts';

test('parses the entries that configuredKeyEntry creates, one or several', () => {
  const [old, next] = [newApiKey(), newApiKey()];
  const text = `${configuredKeyEntry(old, 'acme', ['upload', 'admin'])}, ${configuredKeyEntry(next, 'acme', ['storage'])}`;
  expect(ConfiguredKeys.parse(text)).toEqual([
    { tenant: 'acme', scopes: ['upload', 'admin'], hash: hashApiKey(old) },
    { tenant: 'acme', scopes: ['storage'], hash: hashApiKey(next) },
  ]);
});

test.each([
  ['no tenant', `:upload:${'0'.repeat(64)}`],
  ['an invalid tenant', `Acme:upload:${'0'.repeat(64)}`],
  ['an unknown scope', `acme:upload+all:${'0'.repeat(64)}`],
  ['a key in place of its hash', 'acme:upload:im_live_hunter2'],
  ['a trailing comma', `acme:upload:${'0'.repeat(64)},`],
])('rejects %s, and does not show the value', (_what, text) => {
  const { error } = ConfiguredKeys.safeParse(text);
  expect(error?.issues[0]?.message).toMatch(/^entry [12] is not tenant:scope\+scope:sha256hex$/);
});
