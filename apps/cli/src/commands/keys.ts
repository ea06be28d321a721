import type { Command } from 'commander';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { createKey } from '../keys/create-key.ts';
import { listKeys } from '../keys/list-keys.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import { helpAfter, keysEnvironment } from './help.ts';

/** `imagemill keys`: the API keys in Redis, of the local stack or of REDIS_URL. */
export function keys(program: Command): void {
  const group = program
    .command('keys')
    .description('create, list and revoke API keys')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill keys create --tenant acme', 'a key that may upload'],
          ['imagemill keys list --tenant acme', 'the keys of one tenant'],
          ['imagemill keys revoke k3x9', 'revoke a key, by the id that `keys list` shows'],
        ],
        environment: keysEnvironment,
        exitCodes: [
          [0, 'done'],
          [1, 'not done'],
          [2, 'wrong usage'],
        ],
      }),
    )
    .hook('preAction', exitWithoutReader);
  for (const addCommand of [createKey, listKeys, revokeKey]) addCommand(group);
}
