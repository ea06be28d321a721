import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@imagemill/errors';

const execute = promisify(execFile);

export interface DebianPackages {
  /** For messages, such as `Ceph`. */
  readonly name: string;
  /** The programs that must be in the search path afterwards. */
  readonly programs: readonly string[];
  readonly packages: readonly string[];
  /** Approximate download, for the message. */
  readonly sizeMb: number;
}

/** A program could not be installed. The message is for the local user. */
export class InstallationError extends AppError {
  constructor(message: string, cause?: unknown) {
    super({ code: 'not-installed', retryable: false, publicMessage: 'A program is not installed.', cause });
    this.message = message;
  }
}

/** The whole of an install command: a failed installation ends it with its message and exit code 1. */
export async function installCommand(wanted: DebianPackages): Promise<void> {
  const say = (message: string) => console.error(`[${wanted.name}] ${message}`);
  try {
    await installPackages(wanted, say);
  } catch (error) {
    if (!(error instanceof InstallationError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/** Installs programs from Debian's or Ubuntu's packages unless they are already installed. @throws InstallationError */
export async function installPackages(wanted: DebianPackages, onProgress: (message: string) => void): Promise<void> {
  const { name, programs, packages, sizeMb } = wanted;
  if ((await missing(programs)).length === 0) return;
  if ((await missing(['apt-get'])).length > 0)
    throw new InstallationError(
      `${name} is missing. It is installed from Debian's or Ubuntu's packages, but apt-get was not found.`,
    );
  const byHand = `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0)
    throw new InstallationError(`${name} is missing, and only root can install it: ${byHand}`);

  onProgress(`installing ${name} from the distribution (about ${sizeMb} MB)`);
  await withoutStartingServices(async () => {
    await aptGet(byHand, 'update');
    await aptGet(byHand, 'install', '--no-install-recommends', ...packages);
  });
  const stillMissing = await missing(programs);
  if (stillMissing.length > 0)
    throw new InstallationError(`${name} is installed, but these programs are missing: ${stillMissing.join(', ')}`);
}

async function missing(programs: readonly string[]): Promise<string[]> {
  // Daemons are in sbin folders, which may be missing from a user's search path.
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
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

async function aptGet(byHand: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 };
  await execute('apt-get', ['-y', '-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], options).catch((error: unknown) => {
    throw new InstallationError(`apt-get ${args[0]} failed. To install it manually: ${byHand}`, error);
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
