import { createHash } from 'node:crypto';
import { glob, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleConsole } from './bundle-console.ts';

const app = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const builds = join(app, 'node_modules', '.cache', 'builds');
/** Long enough that no running stack loses the build that it serves. */
const KEPT_MS = 7 * 24 * 3600_000;

/** The inputs of a build: a change of any of them causes a new build. */
const sources = ['apps/console/{index.html,build/**,public/**,src/**}', 'packages/client/src/**', 'pnpm-lock.yaml'];

/**
 * Builds the console, unless there is a build of the same sources. Safe to run concurrently.
 *
 * @param target the folder to build into; by default a folder in the cache, named after a hash of the sources
 * @returns the folder
 */
export async function buildConsole(target?: string): Promise<string> {
  const dir = target ?? join(builds, await hashOfSources());
  if (!target && (await isBuilt(dir))) return dir;
  const unfinished = `${dir}.${process.pid}`;
  await bundleConsole(unfinished);
  if (target) await rm(dir, { recursive: true, force: true });
  await rename(unfinished, dir).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true });
    // Another process has finished the same build first.
    if (!(await isBuilt(dir))) throw error;
  });
  await removeOldBuilds();
  return dir;
}

const isBuilt = (dir: string) =>
  stat(join(dir, 'index.html')).then(
    () => true,
    () => false,
  );

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await Array.fromAsync(glob(sources, { cwd: root, withFileTypes: true }));
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(await readFile(path))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeOldBuilds(): Promise<void> {
  for (const name of await readdir(builds).catch(() => [])) {
    const path = join(builds, name);
    const seen = await stat(path).catch(() => undefined);
    if (seen && Date.now() - seen.mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}

if (import.meta.main) process.stdout.write(`${await buildConsole(process.argv[2])}\n`);
