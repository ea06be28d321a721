import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { supervise } from './supervised.ts';

async function program(source: string) {
  const logs = await mkdtemp(join(tmpdir(), 'imagemill-supervised-'));
  const entry = join(logs, 'program.mjs');
  await writeFile(entry, source);
  const supervised = supervise({ name: 'worker', entry, env: {}, logs });
  onTestFinished(async () => {
    await supervised.close();
    await rm(logs, { recursive: true });
  });
  const starts = async () => (await readdir(logs)).filter((name) => name.endsWith('.log')).length;
  return { supervised, starts };
}

test('a program that never starts ends the wait within its limit, with the end of its log', async () => {
  const { supervised, starts } = await program("import 'a-missing-package';");
  await vi.waitUntil(async () => (await starts()) > 1);
  await expect(supervised.up(1)).rejects.toThrow(
    /worker is not up after 0.001 s: .*it ended with code 1[\s\S]*Cannot find package 'a-missing-package'/,
  );
});

test('a program that starts is up, again after each exit', async () => {
  const { supervised } = await program("process.send('ready'); setInterval(() => {}, 1_000);");
  const first = await supervised.up();
  supervised.send('SIGKILL');
  await vi.waitUntil(() => supervised.exits.length === 1);
  expect(await supervised.up()).not.toBe(first);
});
