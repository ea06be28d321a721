import { createHash, randomBytes } from 'node:crypto';
import { queueEnv } from '@imagemill/queue/env';
import { type RedisProgram, redisPrograms, redisUserRules } from '@imagemill/queue/redis-users';
import { type Command, InvalidArgumentError } from 'commander';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { helpAfter } from './help.ts';

const PASSWORD_BYTES = 32;

/** `imagemill redis-users`: new users for a Redis, each with the rights of one program. */
export function redisUsers(program: Command): void {
  program
    .command('redis-users')
    .description('print Redis users with new passwords, each with the rights of one program; changes nothing')
    .option('-p, --prefix <name>', 'QUEUE_PREFIX of the programs', validPrefix, 'imagemill')
    .option('--json', 'print a JSON object per user')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill redis-users', "lines for Redis's aclfile, and the passwords for each REDIS_URL"],
          ['imagemill redis-users --json', 'the same for scripts, with the arguments of ACL SETUSER'],
        ],
        exitCodes: [
          [0, 'done'],
          [2, 'wrong usage'],
        ],
      }),
    )
    .hook('preAction', exitWithoutReader)
    .action(({ prefix, json }: { prefix: string; json?: boolean }) => {
      const users = redisPrograms.map((name) => newUser(name, prefix));
      process.stdout.write(json ? users.map((user) => `${JSON.stringify(user)}\n`).join('') : asText(users));
    });
}

interface NewUser {
  readonly program: RedisProgram;
  readonly name: string;
  readonly password: string;
  readonly rules: readonly string[];
}

function newUser(program: RedisProgram, prefix: string): NewUser {
  const password = randomBytes(PASSWORD_BYTES).toString('hex');
  const hash = createHash('sha256').update(password).digest('hex');
  return { program, name: `${prefix}-${program}`, password, rules: [`#${hash}`, ...redisUserRules(program, prefix)] };
}

const asText = (users: readonly NewUser[]) =>
  [
    ...users.map(({ name, rules }) => `user ${name} ${rules.join(' ')}`),
    '',
    'Add the lines above to the aclfile of Redis, and run ACL LOAD. Copy the passwords now: they are not shown again.',
    '',
    ...users.map(({ program, name, password }) => `${program.padEnd(8)}REDIS_URL=rediss://${name}:${password}@…`),
    '',
  ].join('\n');

function validPrefix(text: string): string {
  const parsed = queueEnv.QUEUE_PREFIX.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
}
