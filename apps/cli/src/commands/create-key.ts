import type { Command } from 'commander';
import { apiKeyEntry, newApiKey } from '../stack/api-key.ts';

/** `imagemill create-key`: a new API key, and the entry of API_KEYS that lets it in. */
export function createKey(program: Command): void {
  program
    .command('create-key')
    .description('make an API key, and the entry for API_KEYS that lets it in')
    .requiredOption('-t, --tenant <name>', 'whose key it is: lower-case letters, digits and hyphens')
    .option('-s, --scopes <list>', 'upload, admin, storage; separated by commas', 'upload')
    .action(({ tenant, scopes }: { tenant: string; scopes: string }) => {
      const key = newApiKey();
      process.stdout.write(`key       ${key}\nAPI_KEYS  ${apiKeyEntry(key, tenant, scopes.split(','))}\n`);
    });
}
