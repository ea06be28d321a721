import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CephError } from './ceph-error.ts';

const execute = promisify(execFile);

const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'setpriv'];
const PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-common', 'util-linux'];
const BY_HAND = `sudo apt-get install --no-install-recommends ${PACKAGES.join(' ')}`;

/** Installs Ceph from Debian's or Ubuntu's packages unless it is already installed. */
export async function installCeph(onProgress: (message: string) => void): Promise<void> {
  if ((await missing(PROGRAMS)).length === 0) return;
  if ((await missing(['apt-get'])).length > 0)
    throw new CephError(
      "Ceph is missing. It is installed from Debian's or Ubuntu's packages, but apt-get was not found.",
    );
  if (process.getuid?.() !== 0) throw new CephError(`Ceph is missing, and only root can install it: ${BY_HAND}`);

  onProgress('installing Ceph from the distribution (about 65 MB)');
  await withoutStartingServices(async () => {
    await aptGet('update');
    await aptGet('install', '--no-install-recommends', ...PACKAGES);
  });
  const stillMissing = await missing(PROGRAMS);
  if (stillMissing.length > 0)
    throw new CephError(`Ceph is installed, but these programs are missing: ${stillMissing.join(', ')}`);
}

async function missing(programs: readonly string[]): Promise<string[]> {
  // Daemons are in sbin folders, which may be missing from a user's search path. Debian and Ubuntu also have them in bin.
  const folders = (process.env.PATH ?? '').split(':');
  const found = await Promise.all(programs.map((name) => isInAny(folders, name)));
  return programs.filter((_, index) => !found[index]);
}

async function isInAny(folders: readonly string[], name: string): Promise<boolean> {
  const tries = folders.map((folder) => access(join(folder, name), constants.X_OK));
  return Promise.any(tries).then(
    () => true,
    () => false,
  );
}

async function aptGet(...args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 };
  await execute('apt-get', ['-y', '-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], options).catch((error: unknown) => {
    throw new CephError(`apt-get ${args[0]} failed. To install it manually: ${BY_HAND}`, error);
  });
}

/** Debian's mechanism to prevent packages from starting their services at installation. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

async function withoutStartingServices(install: () => Promise<void>): Promise<void> {
  let isOurs = true;
  await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).catch(() => {
    // A container image usually has this file already.
    isOurs = false;
  });
  try {
    await install();
  } finally {
    if (isOurs) await rm(SERVICE_POLICY, { force: true });
  }
}
