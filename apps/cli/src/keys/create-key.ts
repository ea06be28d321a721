import { configuredKeyEntry, KeyName, newApiKey, Scope, Scopes } from '@imagemill/keys';
import { Tenant } from '@imagemill/variants';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { parseExpiry } from './expiry.ts';
import { withKeyStore } from './with-key-store.ts';

interface CreateOptions {
  readonly tenant: Tenant;
  readonly scopes: Scope[];
  readonly name?: string;
  readonly expires?: Date;
  readonly printEnv?: boolean;
  readonly json?: boolean;
}

/** `imagemill keys create`: a new API key, shown this once. */
export function createKey(keys: Command): void {
  keys
    .command('create')
    .description('make an API key, and show it this once')
    .requiredOption('-t, --tenant <name>', 'whose key it is: lower-case letters, digits and hyphens', (name) =>
      valid(Tenant, name),
    )
    .option('-s, --scopes <list>', 'upload, admin, storage; separated by commas', scopeList, [Scope.enum.upload])
    .option('-n, --name <words>', 'what it is for', (name) => valid(KeyName, name))
    .option(
      '-e, --expires <when>',
      'until when it works: 90d, or a date as in 2030-12-31; for ever if not given',
      (when) => parseExpiry(when),
    )
    .addOption(
      new Option('--print-env', 'keep nothing: show the entry of API_KEYS that lets it in').conflicts([
        'expires',
        'name',
      ]),
    )
    .option('--json', 'as a JSON object')
    .action((options: CreateOptions) => (options.printEnv ? printEnv(options) : keep(options)));
}

async function keep({ tenant, scopes, name, expires, json }: CreateOptions): Promise<void> {
  const made = await withKeyStore((store) => store.create({ tenant, scopes, name, expiresAt: expires }));
  const { hash: _hash, ...shown } = made.stored;
  const lines = [
    `key      ${made.key}`,
    `id       ${shown.id}`,
    `expires  ${shown.expiresAt ?? 'never'}`,
    '',
    'Keep the key now: it is not shown again.',
  ];
  process.stdout.write(`${json ? JSON.stringify({ ...shown, key: made.key }) : lines.join('\n')}\n`);
}

function printEnv({ tenant, scopes, json }: CreateOptions): void {
  const key = newApiKey();
  const entry = configuredKeyEntry(key, tenant, scopes);
  process.stdout.write(`${json ? JSON.stringify({ key, API_KEYS: entry }) : `key       ${key}\nAPI_KEYS  ${entry}`}\n`);
}

const scopeList = (text: string) =>
  valid(
    Scopes,
    text.split(',').map((scope) => scope.trim()),
  );

function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It must be ${parsed.error.issues[0]?.message}.`);
}
