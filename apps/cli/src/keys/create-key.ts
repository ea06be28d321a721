import { configuredKeyEntry, KeyName, newApiKey, Scope, Scopes } from '@imagemill/keys';
import { Tenant } from '@imagemill/variants';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { helpAfter, keysEnvironment } from '../commands/help.ts';
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

/** `imagemill keys create`: a new API key, shown only once. */
export function createKey(keys: Command): void {
  keys
    .command('create')
    .description('create an API key, and print it once')
    .requiredOption('-t, --tenant <name>', 'owner of the key: lower-case letters, digits and hyphens', (name) =>
      valid(Tenant, name),
    )
    .addOption(
      new Option('-s, --scopes <list>', `what the key may do: ${Scope.options.join(', ')}; separated by commas`)
        .argParser(scopeList)
        .default([Scope.enum.upload], Scope.enum.upload),
    )
    .option('-n, --name <words>', 'note for yourself, such as what the key is for', (name) => valid(KeyName, name))
    .option('-e, --expires <when>', 'when it expires: 90d, or a date such as 2030-12-31 (default: never)', (when) =>
      parseExpiry(when),
    )
    .addOption(
      new Option('--print-env', 'store nothing in Redis: print the key, and its entry for API_KEYS').conflicts([
        'expires',
        'name',
      ]),
    )
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill keys create -t acme', 'a key that may upload for the tenant "acme"'],
          ['imagemill keys create -t ops -s admin -e 90d', "a key for the operator's page, for 90 days"],
          ['imagemill keys create -t acme --print-env', 'an entry for API_KEYS, without Redis'],
        ],
        environment: keysEnvironment,
        exitCodes: [
          [0, 'done'],
          [1, 'Redis could not be used'],
          [2, 'wrong usage'],
        ],
      }),
    )
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
    'Copy the key now: it is not shown again.',
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

/** @throws InvalidArgumentError from the message of the schema, which starts with "must" */
function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
}
