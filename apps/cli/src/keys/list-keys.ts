import type { ListedKey } from '@imagemill/keys';
import type { Command } from 'commander';
import { helpAfter, keysEnvironment } from '../commands/help.ts';
import { plainTable } from '../show/plain-table.ts';
import { withKeyStore } from './with-key-store.ts';

/** `imagemill keys list`: everything about the keys in Redis but the keys themselves, which are not stored. */
export function listKeys(keys: Command): void {
  keys
    .command('list')
    .description('list the keys in Redis, the newest first; only their hashes are stored')
    .option('-t, --tenant <name>', 'only the keys of this tenant')
    .option('--json', 'print a JSON object per key')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill keys list', 'every key in Redis'],
          ['imagemill keys list -t acme --json', 'those of one tenant, for scripts'],
        ],
        environment: keysEnvironment,
        exitCodes: [
          [0, 'done'],
          [1, 'Redis could not be used'],
          [2, 'wrong usage'],
        ],
      }),
    )
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
  return Date.parse(expiresAt) > Date.now() ? toTheMinute(expiresAt) : `${toTheMinute(expiresAt)} (expired)`;
}

const toTheMinute = (time: string) => `${time.slice(0, 16).replace('T', ' ')}Z`;
