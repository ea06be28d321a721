import type { Command } from 'commander';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { createKey } from '../keys/create-key.ts';
import { listKeys } from '../keys/list-keys.ts';
import { revokeKey } from '../keys/revoke-key.ts';

/** `imagemill keys`: the API keys in Redis, of the local stack or of REDIS_URL. */
export function keys(program: Command): void {
  const group = program
    .command('keys')
    .description('make, list and revoke API keys')
    .hook('preAction', exitWithoutReader);
  for (const addCommand of [createKey, listKeys, revokeKey]) addCommand(group);
}
