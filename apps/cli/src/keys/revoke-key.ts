import type { Command } from 'commander';
import { helpAfter, keysEnvironment } from '../commands/help.ts';
import { FailureToExplain } from '../explain.ts';
import { withKeyStore } from './with-key-store.ts';

/** `imagemill keys revoke`: every process of the API refuses the key a few seconds later. */
export function revokeKey(keys: Command): void {
  keys
    .command('revoke <id>')
    .description('revoke a key: every API process rejects it within 5 s')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      helpAfter({
        examples: [['imagemill keys revoke k3x9', 'revoke a key, by the id that `keys list` shows']],
        environment: keysEnvironment,
        exitCodes: [
          [0, 'done'],
          [1, 'there is no such key, or Redis could not be used'],
          [2, 'wrong usage'],
        ],
      }),
    )
    .action(async (id: string, { json }: { json?: boolean }) => {
      if (!(await withKeyStore((store) => store.revoke(id)))) {
        throw new FailureToExplain(
          `There is no key "${id}" in Redis: see \`keys list\`. To revoke a key of API_KEYS, remove its entry there.`,
        );
      }
      process.stdout.write(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked.\n`);
    });
}
