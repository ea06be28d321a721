import type { ListedKey } from '@imagemill/keys';
import type { Command } from 'commander';
import { plainTable } from '../show/plain-table.ts';
import { withKeyStore } from './with-key-store.ts';

/** `imagemill keys list`: all that is known of the keys in Redis, which is not the keys themselves. */
export function listKeys(keys: Command): void {
  keys
    .command('list')
    .description('show the keys in Redis, the newest first; never the keys themselves')
    .option('-t, --tenant <name>', 'only those of one tenant')
    .option('--json', 'a JSON object a key')
    .action(async ({ tenant, json }: { tenant?: string; json?: boolean }) => {
      const all = await withKeyStore((store) => store.list());
      const shown = all.filter((key) => tenant === undefined || key.tenant === tenant);
      const lines = json ? shown.map(({ hash: _hash, ...key }) => JSON.stringify(key)) : [table(shown)];
      for (const line of lines) process.stdout.write(`${line}\n`);
    });
}

function table(keys: readonly ListedKey[]): string {
  if (keys.length === 0) return 'There are no keys in Redis.';
  const head = ['id', 'tenant', 'scopes', 'created', 'last used', 'expires', 'name'];
  return plainTable(
    { head },
    keys.map(({ id, tenant, scopes, createdAt, usedAt, expiresAt, name }) => [
      id,
      tenant,
      scopes.join(', '),
      toTheMinute(createdAt),
      usedAt ? toTheMinute(usedAt) : 'never',
      expiry(expiresAt),
      name ?? '',
    ]),
  );
}

function expiry(expiresAt: string | undefined): string {
  if (expiresAt === undefined) return 'never';
  return Date.parse(expiresAt) > Date.now() ? toTheMinute(expiresAt) : `${toTheMinute(expiresAt)} (over)`;
}

const toTheMinute = (time: string) => `${time.slice(0, 16).replace('T', ' ')}Z`;
