import { createHash } from 'node:crypto';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import { CommanderError } from 'commander';
import { afterEach, beforeEach, expect, inject, type MockInstance, test, vi } from 'vitest';
import { createProgram } from './program.ts';

let out: MockInstance;
beforeEach(() => {
  out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const run = (...args: string[]) => createProgram().parseAsync(args, { from: 'user' });
const printed = () => out.mock.calls.map(([text]) => String(text)).join('');

test.each([
  ['no files', ['upload']],
  ['an unknown option', ['upload', 'a.jpg', '--colour', 'red']],
  ['an unknown command', ['uplaod', 'a.jpg']],
  ['a status that does not exist', ['list', '--status', 'done']],
  ['a size without a side', ['sign', '01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11']],
  ['a size of an id that is none', ['sign', 'shoe', '--width', '30']],
  ['a size with an unknown fit', ['sign', '01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11', '-w', '30', '--fit', 'round']],
  ['an API that has no address', ['list', '--api', 'localhost:8080']],
  ['a key for an invalid tenant name', ['keys', 'create', '--tenant', 'Acme Ltd']],
  ['a key without a scope', ['keys', 'create', '--tenant', 'acme', '--scopes', '']],
  ['a key for an unknown scope', ['keys', 'create', '--tenant', 'acme', '--scopes', 'upload,everything']],
  ['a key that has already expired', ['keys', 'create', '--tenant', 'acme', '--expires', '2020-01-01']],
  ['Redis users for an invalid prefix', ['redis-users', '--prefix', 'a:*']],
  ['an entry of API_KEYS with an expiry', ['keys', 'create', '-t', 'acme', '--print-env', '-e', '90d']],
])('rejects %s as wrong usage', async (_what, args) => {
  const error = await run(...args).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommanderError);
  expect((error as CommanderError).exitCode).not.toBe(0);
});

test.each([
  [['--tenant', 'Acme Ltd'], 'It must be 1 to 63 lower-case letters, digits and inner hyphens.'],
  [['--tenant', 'acme', '--scopes', 'everything'], 'It must be upload, admin, metrics, moderate or storage.'],
  [['--tenant', 'acme', '--name', 'a\u0007b'], 'It must have no control characters.'],
  [['--tenant', 'acme', '--name', 'a'.repeat(101)], 'It must have at most 100 characters.'],
])('says what is wrong with the key of %j', async (args, reason) => {
  await expect(run('keys', 'create', ...args)).rejects.toThrow(reason);
});

test.each(['doctor', 'reconcile'])('%s asks for a stack or a deployment if there is neither', async (command) => {
  vi.stubEnv('IMAGEMILL_DIR', '/no/such/folder');
  for (const name of ['REDIS_URL', 'S3_ENDPOINT']) vi.stubEnv(name, undefined);
  await expect(run(command)).rejects.toThrow('No local stack is running in this folder. Start one with');
});

const commands = createProgram().commands.map((command) => command.name());

test('its help names every command', async () => {
  await expect(run('--help')).rejects.toMatchObject({ exitCode: 0 });
  for (const word of [...commands, 'Examples:', 'Exit codes:']) expect(printed()).toContain(word);
});

test.each([...commands.map((name) => [name]), ['keys', 'create'], ['keys', 'list'], ['keys', 'revoke']])(
  'the help of %s %s has examples, exit codes, and defaults as one types them',
  async (...command) => {
    await expect(run(...command, '--help')).rejects.toMatchObject({ exitCode: 0 });
    for (const word of [`imagemill ${command.join(' ')}`, 'Examples:', 'Exit codes:'])
      expect(printed()).toContain(word);
    // A list in the form of JSON could not be typed.
    expect(printed()).not.toContain('(default: [');
  },
);

test('prints new Redis users that a Redis accepts, with their passwords', async () => {
  await run('redis-users', '--prefix', 'shop', '--json');
  const users = printed()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { program: string; name: string; password: string; rules: string[] });
  expect(users.map(({ name }) => name)).toEqual(['shop-api', 'shop-worker', 'shop-edge', 'shop-keys']);
  expect(new Set(users.map(({ password }) => password)).size).toBe(users.length);
  for (const { rules, password } of users) {
    expect(rules).toContain(`#${createHash('sha256').update(password).digest('hex')}`);
    await addRedisUser(inject('servers').redisUrl, rules);
  }
});
