import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** With the C library that it was built for: that of an older Debian does not run it. */
const PACKAGES = ['util-linux', 'libcap-ng0', 'libc6'];
const SOURCE =
  'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main\n';

/**
 * Unpacks setpriv from the packages of Debian 13 (14 MB with their lists, once). Installs nothing.
 *
 * @param folder where it stays
 * @returns the path of a program that starts it
 */
export async function downloadSetpriv(folder: string): Promise<string> {
  const program = join(folder, 'setpriv');
  if (existsSync(program)) return program;
  console.error('[setpriv] downloading the setpriv of Debian 13 (14 MB)');
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(`${folder}-`);
  try {
    const unpacked = join(staging, 'unpacked');
    await mkdir(unpacked);
    for (const deb of await downloadPackages(staging)) await execute('dpkg-deb', ['-x', deb, join(unpacked, 'root')]);
    await writeFile(join(unpacked, 'setpriv'), launcher(folder), { mode: 0o755 });
    await rename(unpacked, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return program;
}

async function downloadPackages(staging: string): Promise<readonly string[]> {
  const sources = join(staging, 'sources.list');
  await writeFile(sources, SOURCE);
  const [lists, cache, debs] = ['lists', 'cache', 'debs'].map((name) => join(staging, name)) as [
    string,
    string,
    string,
  ];
  for (const part of [join(lists, 'partial'), join(cache, 'archives', 'partial'), debs]) {
    await mkdir(part, { recursive: true });
  }
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': lists,
    'Dir::State::status': '/dev/null',
    'Dir::Cache': cache,
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': '1',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await execute('apt-get', [...options, '-qq', 'update'], { timeout: 120_000 });
  await execute('apt-get', [...options, '-qq', 'download', ...PACKAGES], { cwd: debs, timeout: 120_000 });
  return (await readdir(debs)).map((name) => join(debs, name));
}

/** Each program is started by the loader of its C library, and gets no variable that the shell adds. */
const launcher = (folder: string) => `#!/bin/sh
unset PWD OLDPWD
for libraries in ${folder}/root/usr/lib/*-linux-gnu; do :; done
exec "$libraries"/ld-linux-*.so.* --library-path "$libraries" --argv0 setpriv ${folder}/root/usr/bin/setpriv "$@"
`;
