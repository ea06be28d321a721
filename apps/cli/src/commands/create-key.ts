import { Tenant } from '@imagemill/variants';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { apiKeyEntry, newApiKey } from '../stack/api-key.ts';

const Scopes = z.array(z.enum(['upload', 'admin', 'storage'], 'upload, admin or storage, separated by commas')).min(1);

/** `imagemill create-key`: a new API key, and the entry of API_KEYS that lets it in. */
export function createKey(program: Command): void {
  program
    .command('create-key')
    .description('make an API key, and the entry for API_KEYS that lets it in')
    .requiredOption('-t, --tenant <name>', 'whose key it is: lower-case letters, digits and hyphens', (name) =>
      valid(Tenant, name),
    )
    .option('-s, --scopes <list>', 'upload, admin, storage; separated by commas', scopeList, ['upload'])
    .action(({ tenant, scopes }: { tenant: string; scopes: string[] }) => {
      const key = newApiKey();
      process.stdout.write(`key       ${key}\nAPI_KEYS  ${apiKeyEntry(key, tenant, scopes)}\n`);
    });
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
