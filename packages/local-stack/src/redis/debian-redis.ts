import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createStagingDir, findCachedRedis, publishToCache } from './cached-redis.ts';
import { executableOnPath, runCommand } from './host-programs.ts';
import { type RedisSearch, type RedisServerBinary, serverVersion } from './redis-server-binary.ts';

/** One program whose role depends on the name that starts it: redis-server, redis-check-rdb … */
const PACKAGE = 'redis-tools';

/** Unpacks Debian's or Ubuntu's packages into the user's cache. Installs nothing and does not need root. */
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

/** Uses the system's package lists, or separate lists if those are missing or out of date. */
async function downloadPackages(tools: DownloadTools): Promise<string[]> {
  const cache = join(tools.staging, 'cache');
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const common = aptOptions({
    'APT::Sandbox::User': userInfo().username,
    'Debug::NoLocking': '1',
    'Dir::Cache': cache,
    // Container images turn these off, and then every apt command indexes the lists again: a second of CPU each.
    'Dir::Cache::pkgcache': 'pkgcache.bin',
    'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
  });
  try {
    // Saves most of the time: an update otherwise reads and indexes megabytes of lists.
    return await downloadBy(common, tools);
  } catch {
    return downloadBy([...common, ...(await updateOwnLists(common, tools))], tools);
  }
}

async function downloadBy(options: readonly string[], { aptGet, aptCache, staging }: DownloadTools): Promise<string[]> {
  const debs = await mkdtemp(join(staging, 'debs-'));
  const printed = await runCommand(aptCache, [...options, 'depends', PACKAGE], { timeoutMs: 30_000 });
  await runCommand(aptGet, [...options, '-qq', 'download', PACKAGE, ...parseDependencies(printed)], {
    timeoutMs: 180_000,
    cwd: debs,
  });
  return (await readdir(debs)).map((name) => join(debs, name));
}

/** Only root can update the system's lists: they may be outdated, or missing as in a fresh container image. */
async function updateOwnLists(common: readonly string[], { aptGet, staging }: DownloadTools): Promise<string[]> {
  const lists = join(staging, 'lists');
  await mkdir(join(lists, 'partial'), { recursive: true });
  const own = aptOptions({
    'Dir::State::lists': lists,
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled': 'false',
  });
  await runCommand(aptGet, [...common, ...own, '-qq', 'update'], { timeoutMs: 120_000 });
  return own;
}

function aptOptions(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Resolved by apt, because releases rename libraries (libssl3, libssl3t64). */
function parseDependencies(printed: string): string[] {
  const names = [...printed.matchAll(/^ +\|?Depends: (lib[a-z0-9.+-]+)$/gm)].map((match) => match[1] ?? '');
  // A second C library next to the system's loader crashes.
  return names.filter((name) => name !== 'libc6');
}

/** `exec` replaces the shell: the pid is the server's. */
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
