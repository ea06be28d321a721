import type { Command } from 'commander';
import { FailureToExplain } from '../explain.ts';
import { withKeyStore } from './with-key-store.ts';

/** `imagemill keys revoke`: every process of the API refuses the key a few seconds later. */
export function revokeKey(keys: Command): void {
  keys
    .command('revoke <id>')
    .description('end a key: within 5 s it is let in nowhere')
    .option('--json', 'as a JSON object')
    .action(async (id: string, { json }: { json?: boolean }) => {
      if (!(await withKeyStore((store) => store.revoke(id)))) {
        throw new FailureToExplain(
          `There is no key "${id}" in Redis: see \`keys list\`. One of API_KEYS ends when its entry is taken out.`,
        );
      }
      process.stdout.write(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked.\n`);
    });
}
