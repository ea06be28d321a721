import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { runCommand } from './test-support/run-command.ts';
import { runProgram } from './test-support/run-program.ts';
import { equippedStack } from './test-support/shared.ts';

/** As documented. */
const REVOKED_WITHIN_MS = 5_000;

let stack: Awaited<ReturnType<typeof equippedStack>>;
beforeAll(async () => {
  stack = await equippedStack();
});

const Made = z.object({ id: z.string(), key: z.string(), tenant: z.string(), expiresAt: z.string().optional() });
type Made = z.infer<typeof Made>;

/** The variables of the commands: without the caller's Redis, they use that of the stack. */
const stackEnv = () => ({ REDIS_URL: undefined, IMAGEMILL_DIR: stack.dir, QUEUE_PREFIX: stack.queuePrefix });
const keys = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand(['keys', ...args], { ...stackEnv(), ...env });

async function create(...args: string[]): Promise<Made> {
  const { stdout } = await keys(['create', '--tenant', 'acme', '--json', ...args]);
  return Made.parse(JSON.parse(stdout));
}

const photo = { filename: 'shoe.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };

async function post(path: string, body: object, key: string) {
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

const ask = (key: string) => post('/v1/images/upload-url', photo, key);
const importFrom = (url: string, key: string) => post('/v1/images/import', { url, category: 'product' }, key);

/** The logs of all processes of the stack so far. */
async function logs(): Promise<string> {
  const dir = join(stack.dir, 'logs');
  return (await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8')))).join('');
}

test('a new key works at once, and is rejected everywhere within 5 s of its revocation', async () => {
  const { id, key } = await create('--name', 'shop');
  expect((await ask(key)).status).toBe(201);
  const revoke = ['apps/cli/imagemill.mjs', 'keys', 'revoke', id];
  expect((await runProgram(revoke, { ...process.env, ...stackEnv() })).stdout).toBe(`${id} is revoked.\n`);
  const revokedAt = performance.now();
  let lastAcceptedAt = revokedAt;
  await vi.waitUntil(
    async () => {
      const sentAt = performance.now();
      if ((await ask(key)).status === 401) return true;
      lastAcceptedAt = sentAt;
      return false;
    },
    { interval: 50 },
  );
  expect(lastAcceptedAt - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
  const again = await keys(['revoke', id]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(`There is no key "${id}"`) });
});

test('lists keys with their tenants and expiry, without the keys themselves', async () => {
  const [mine, ending] = [await create('--name', 'the shop'), await create('--expires', '2035-12-31')];
  expect(ending.expiresAt).toBe('2035-12-31T00:00:00.000Z');
  await ask(mine.key);
  await vi.waitFor(async () => {
    const { stdout } = await keys(['list', '--tenant', 'acme']);
    expect(stdout).toMatch(/^id +tenant +scopes +created +last used +expires +name$/m);
    expect(stdout).toMatch(new RegExp(`^${mine.id} +acme +upload +\\S+ \\S+Z +\\d\\S+ \\S+Z +never +the shop$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${ending.id} +acme .* never +2035-12-31 00:00Z$`, 'm'));
    for (const { key } of [mine, ending]) expect(stdout).not.toContain(key.slice('im_live_'.length));
  });
  expect((await keys(['list', '--tenant', 'nobody'])).stdout).toBe('There are no keys in Redis.\n');
  const { stdout } = await keys(['list', '--json']);
  expect(stdout).not.toMatch(/hash|im_live_/);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual(expect.arrayContaining([mine.id]));
});

test('creates an entry for API_KEYS without Redis, and explains failures without printing a password', async () => {
  const nowhere = { IMAGEMILL_DIR: join(stack.dir, 'nothing-here') };
  const { stdout } = await keys(['create', '-t', 'acme', '-s', 'upload,admin', '--print-env'], nowhere);
  expect(stdout).toMatch(/^key +im_live_[\w-]{43}\nAPI_KEYS +acme:upload\+admin:[0-9a-f]{64}\n$/);
  expect(await keys(['list'], nowhere)).toMatchObject({ code: 1, stderr: expect.stringContaining('Set REDIS_URL') });
  const { code, stderr } = await keys(['list'], { REDIS_URL: 'redis://:hunter2@127.0.0.1:1' });
  expect([code, stderr]).toEqual([1, expect.stringContaining('The Redis at 127.0.0.1:1 cannot be used: ')]);
  expect(stderr).not.toContain('hunter2');
});

test('logs contain no key, token, signature or query of an import, not even of rejected requests', async () => {
  const { key } = await create();
  const { body: ticket } = await ask(key);
  const { followToken = '', uploadUrl = '', imageId = '' } = ticket;
  const forged = `im_live_${'f'.repeat(43)}`;
  await ask(forged);
  const watch = (token: string, path = '') =>
    fetch(`${stack.apiUrl}/v1/images/${imageId}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await watch(followToken)).status).toBe(200);
  expect((await watch(`${followToken}x`)).status).toBe(401);
  expect((await watch('nothing', `?token=${followToken}`)).status).toBe(401);

  const opensTheShop = 'q'.repeat(30);
  await importFrom(`http://127.0.0.1:1/shoe.jpg?signature=${opensTheShop}`, key);

  const text = await vi.waitUntil(async () => (await logs()).includes('"code":"import-failed"') && logs());
  expect(text).toContain('"route":"/v1/images/upload-url"');
  const signature = new URL(uploadUrl).searchParams.get('X-Amz-Signature') ?? '';
  const secrets = [key, forged, stack.apiKey, stack.adminKey, followToken.split('.')[2] ?? '', signature, opensTheShop];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    expect(text.includes(secret)).toBe(false);
  }
});
