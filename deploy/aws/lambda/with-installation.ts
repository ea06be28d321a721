import { execFile } from 'node:child_process';
import { cp, glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Installs the dependencies of the engine for another architecture, in the versions of the lockfile and with its hashes, in a temporary folder
 * that is deleted afterwards.
 *
 * @param root of the workspace
 * @param use gets the folder of a workspace with these packages
 * @throws Error with the output of pnpm if it fails
 */
export async function withInstallation(
  root: string,
  arch: string,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `imagemill-${arch}-`));
  try {
    const files = [
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      ...(await Array.fromAsync(glob('packages/*/package.json', { cwd: root }))),
    ];
    for (const file of files) await cp(join(root, file), join(folder, file));
    const target = ['--os=linux', `--cpu=${arch}`, '--libc=glibc'];
    const command = ['-y', 'pnpm@12', 'install', '--prod', '--frozen-lockfile', '--ignore-scripts', ...target];
    await promisify(execFile)('npx', [...command, '--filter-prod', '@imagemill/imaging...'], { cwd: folder });
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
