import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createStagingDir, findCachedRedis, publishToCache } from './cached-redis.ts';
import { executableOnPath, runCommand } from './host-programs.ts';
import { type RedisSearch, type RedisServerBinary, serverVersion } from './redis-server-binary.ts';

/** One program whose role depends on the name that starts it: redis-server, redis-check-rdb … */
const PACKAGE = 'redis-tools';

/** Unpacks Debian's or Ubuntu's own packages into the user's cache: nothing is installed and no root is needed. */
export async function downloadDebianRedis(search: RedisSearch): Promise<RedisServerBinary | undefined> {
  const { env, cacheDir, onProgress } = search;
  const tools = await Promise.all(['apt-get', 'apt-cache', 'dpkg-deb'].map((name) => executableOnPath(env.PATH, name)));
  const [aptGet, aptCache, dpkgDeb] = tools;
  if (!aptGet || !aptCache || !dpkgDeb) return undefined;

  onProgress("Downloading Redis from the distribution's packages (once, about 5 MB)");
  await mkdir(cacheDir, { recursive: true });
  const staging = await createStagingDir(cacheDir);
  try {
    const debs = await downloadPackages({ aptGet, aptCache, staging });
    const copy = join(staging, 'redis');
    await mkdir(copy);
    for (const deb of debs) await runCommand(dpkgDeb, ['-x', deb, join(copy, 'root')], { timeoutMs: 60_000 });
    await addLauncher(copy);
    await serverVersion(join(copy, 'redis-server'));
    await publishToCache(cacheDir, copy);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const cached = await findCachedRedis({ cacheDir });
  return cached && { ...cached, kind: 'debian' };
}

interface DownloadTools {
  readonly aptGet: string;
  readonly aptCache: string;
  readonly staging: string;
}

async function downloadPackages({ aptGet, aptCache, staging }: DownloadTools): Promise<string[]> {
  const lists = join(staging, 'lists');
  const cache = join(staging, 'cache');
  const debs = join(staging, 'debs');
  for (const folder of [join(lists, 'partial'), join(cache, 'archives', 'partial'), debs]) {
    await mkdir(folder, { recursive: true });
  }
  // A state of our own: the system's lists may be stale, or empty as in a fresh container image, and are root's to update.
  const options = [
    ['Dir::State::lists', lists],
    ['Dir::Cache', cache],
    ['APT::Sandbox::User', userInfo().username],
    ['Debug::NoLocking', '1'],
    ['Acquire::Languages', 'none'],
    ['Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled', 'false'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);

  await runCommand(aptGet, [...options, '-qq', 'update'], { timeoutMs: 120_000 });
  const dependencies = parseDependencies(
    await runCommand(aptCache, [...options, 'depends', PACKAGE], { timeoutMs: 30_000 }),
  );
  await runCommand(aptGet, [...options, '-qq', 'download', PACKAGE, ...dependencies], {
    timeoutMs: 180_000,
    cwd: debs,
  });
  return (await readdir(debs)).map((name) => join(debs, name));
}

/** Asked of apt, not listed here: releases rename libraries (libssl3, libssl3t64). */
function parseDependencies(printed: string): string[] {
  const names = [...printed.matchAll(/^ +\|?Depends: (lib[a-z0-9.+-]+)$/gm)].map((match) => match[1] ?? '');
  // A second C library beside the system's own loader crashes.
  return names.filter((name) => name !== 'libc6');
}

/** `exec` keeps one process: its pid is the server's. */
const LAUNCHER = `#!/bin/sh
here=\${0%/*}
for libraries in "$here"/root/usr/lib/*-linux-gnu* "$here"/root/lib/*-linux-gnu*; do
  [ -d "$libraries" ] && LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "$here/root/usr/bin/redis-server" "$@"
`;

async function addLauncher(copy: string): Promise<void> {
  await rm(join(copy, 'root/usr/bin/redis-server'), { force: true });
  await symlink('redis-check-rdb', join(copy, 'root/usr/bin/redis-server'));
  await writeFile(join(copy, 'redis-server'), LAUNCHER);
  await chmod(join(copy, 'redis-server'), 0o755);
}
