import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';

/** In `node_modules`: the lockfile that was installed. */
const STAMP = '.imagemill-lockfile-sha256';

/** The apps that the commands run. Tests, benches and examples need more. @public for a test, which loads it by its path */
export const installedApps = ['cli', 'api', 'worker', 'edge', 'console'];

/**
 * Installs the production dependencies of the apps if they are missing or stale. In a development checkout, it updates
 * all dependencies: a production installation would remove those of the tests.
 *
 * @param {string} root the project's folder
 * @returns {Promise<boolean>} false if pnpm failed; it has printed the reason
 */
export async function installDependencies(root) {
  const modules = join(root, 'node_modules');
  const lockfile = await readFile(join(root, 'pnpm-lock.yaml'));
  const installed = await readFile(join(modules, '.pnpm', 'lock.yaml')).catch(() => Buffer.alloc(0));
  if (installed.equals(lockfile)) return true;
  const stamp = join(modules, STAMP);
  const wanted = createHash('sha256').update(lockfile).digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return true;

  process.stderr.write('Installing dependencies\n');
  const isDevelopment = isForDevelopment(modules);
  const isDone = await runPnpm(root, isDevelopment ? ['install'] : productionInstall);
  if (isDone && !isDevelopment)
    await Promise.all([removeNodeHeaders(modules), removeFilesOfTools(modules), removeOtherSystems(modules)]);
  if (isDone) await writeFile(stamp, wanted);
  return isDone;
}

/**
 * Removes a production installation, because its packages are incomplete: pnpm would keep them, since it compares packages by version, not
 * by file. Tests and the type check need whole ones.
 *
 * @param {string} root the project's folder
 */
export async function removeProductionInstallation(root) {
  const modules = join(root, 'node_modules');
  if (existsSync(join(modules, STAMP)) && !isForDevelopment(modules)) await rm(modules, { recursive: true });
}

const isForDevelopment = (modules) => existsSync(join(modules, '.bin', 'vitest'));

/** Node's package contains 68 MB of headers for compiling native addons. Nothing is compiled here. */
async function removeNodeHeaders(modules) {
  const packages = (await readdir(modules)).filter((name) => /^node-(bin-)?(darwin|linux)-/.test(name));
  const folders = packages.flatMap((name) => ['include', 'share'].map((folder) => join(modules, name, folder)));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

/** Source maps are for debuggers (16 MB), types and sources in TypeScript for compilers (45 MB): Node reads none of them in packages. */
async function removeFilesOfTools(modules) {
  // With types: without them, Node 20 follows pnpm's links between packages.
  const entries = await readdir(join(modules, '.pnpm'), { recursive: true, withFileTypes: true });
  const unread = entries.filter((entry) => entry.isFile() && /\.(map|[cm]?ts)$/.test(entry.name));
  // `path` is the name of `parentPath` before Node 20.12.
  for (const { parentPath, path, name } of unread) await rm(join(parentPath ?? path, name));
}

/** The package of the models' runtime has the binaries of all systems: 80 MB. */
async function removeOtherSystems(modules) {
  const store = join(modules, '.pnpm');
  for (const name of (await readdir(store)).filter((entry) => entry.startsWith('onnxruntime-node@'))) {
    const bin = join(store, name, 'node_modules', 'onnxruntime-node', 'bin');
    const folders = (await readdir(bin, { recursive: true })).filter((path) => path.split(sep).length === 3);
    const others = folders.filter((path) => !path.endsWith(join(process.platform, process.arch)));
    for (const path of others) await rm(join(bin, path), { recursive: true });
  }
}

// The root has the Node for all apps and the packages that the client's source imports (the published client bundles them).
const projects = ['imagemill', ...installedApps.map((app) => `@imagemill/${app}...`)];
const productionInstall = [
  'install',
  '--prod',
  '--frozen-lockfile',
  // Without it, pnpm requests the age of every entry from the registry. The development installation does that check.
  '--trust-lockfile',
  ...projects.flatMap((project) => ['--filter-prod', project]),
];

async function runPnpm(root, args) {
  const [command, ...first] = pnpmCommand(process.env.npm_execpath);
  // Standard output belongs to the command: with --json, programs read it.
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  const [code] = await once(child, 'exit');
  if (code !== 0) process.stderr.write(`The dependencies could not be installed: pnpm exited with code ${code}.\n`);
  return code === 0;
}

/** The pnpm that runs us: a program or a script. */
function pnpmCommand(path) {
  if (!path || !/^pnpm\b/.test(basename(path))) return ['npx', '-y', 'pnpm@12'];
  return /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path];
}
