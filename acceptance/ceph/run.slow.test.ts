import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const RUN = fileURLToPath(new URL('./run.ts', import.meta.url));

/** Tests must not install packages on the machine that runs them. */
describe.skipIf(!existsSync('/usr/bin/radosgw'))('a run against Ceph', { timeout: 120_000 }, () => {
  let temporary: string;

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'imagemill-ceph-test-'));
  });
  afterEach(() => rm(temporary, { recursive: true, force: true }));

  function run(...command: string[]): ChildProcess {
    const env = { ...process.env, TMPDIR: temporary };
    return spawn(process.execPath, [RUN, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function untilItSays(child: ChildProcess, words: string): Promise<void> {
    let said = '';
    // Leaving the loop closes the pipe: the run must tolerate that too.
    for await (const chunk of child.stderr ?? []) {
      said += chunk;
      if (said.includes(words)) return;
    }
    throw new Error(`the output does not contain "${words}": ${said}`);
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await readdir(temporary)).toEqual([]);
    expect(await commandLinesNaming(temporary)).toEqual([]);
  }

  test('runs the command with a working server, and exits with its code', async () => {
    const child = run('sh', '-c', 'test "$S3_SERVER" = ceph && echo "$S3_ENDPOINT" && exit 7');
    const printed = child.stdout?.toArray();
    expect(await once(child, 'exit')).toEqual([7, null]);

    expect(String(await printed)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
    await expectNothingLeft();
  });

  test('leaves nothing behind if it is stopped while it starts', async () => {
    const child = run('true');
    await untilItSays(child, 'starting ceph-osd');
    child.kill('SIGTERM');

    expect(await once(child, 'exit')).toEqual([143, null]);
    await expectNothingLeft();
  });

  test('stops the command and leaves nothing behind if it is stopped', async () => {
    const child = run('sleep', '1000');
    await untilItSays(child, 'ready at');
    child.kill('SIGTERM');

    expect(await once(child, 'exit')).toEqual([143, null]);
    await expectNothingLeft();
  });
});

async function commandLinesNaming(path: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // The process has ended in the meantime.
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(path));
}
