import { existsSync } from 'node:fs';
import { cp, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface CopyOptions {
  /** A folder from which the packages are resolved, as Node does. */
  readonly from: string;
  readonly names: readonly string[];
  readonly arch: string;
  readonly to: string;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/**
 * Copies packages with all that they depend on into one flat folder, for Linux with glibc and this architecture.
 *
 * @throws Error if a package is missing, or if two versions of one are needed
 */
export async function copyPackages({ from, names, arch, to }: CopyOptions): Promise<void> {
  const found = new Map<string, string>();

  async function add({ folder, manifest }: Installed, name: string): Promise<void> {
    const known = found.get(name);
    if (known === folder) return;
    if (known !== undefined) throw new Error(`Two versions of ${name} are needed: ${known}, ${folder}.`);
    found.set(name, folder);
    const { dependencies = {}, optionalDependencies = {} } = manifest;
    // npm repeats optional ones in the list of all.
    const needed = Object.keys(dependencies).filter((each) => !(each in optionalDependencies));
    for (const each of needed) await add(await required(each, folder, arch), each);
    for (const each of Object.keys(optionalDependencies)) {
      const installed = await installedAt(each, folder);
      if (installed && runsOn(installed.manifest, arch)) await add(installed, each);
    }
  }

  const importer = await realpath(from);
  for (const name of names) await add(await required(name, importer, arch), name);
  const natives = [...found.keys()].filter((name) => name.startsWith('@img/sharp-'));
  if (natives.length < 2) throw new Error(`sharp's binaries for linux ${arch} are missing.`);
  for (const [name, folder] of found) await cp(folder, join(to, name), { recursive: true, dereference: true });
}

interface Installed {
  readonly folder: string;
  readonly manifest: Manifest;
}

async function required(name: string, importer: string, arch: string): Promise<Installed> {
  const installed = await installedAt(name, importer);
  if (!installed) throw new Error(`${name}, which ${importer} needs, is not installed.`);
  if (!runsOn(installed.manifest, arch)) throw new Error(`${name} does not run on linux ${arch}.`);
  return installed;
}

/** As Node resolves it, apart from `exports`. */
async function installedAt(name: string, importer: string): Promise<Installed | undefined> {
  for (let from = importer; ; from = dirname(from)) {
    const link = join(from, 'node_modules', name);
    if (existsSync(join(link, 'package.json'))) {
      const folder = await realpath(link);
      return { folder, manifest: JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest };
    }
    if (from === dirname(from)) return undefined;
  }
}

const runsOn = ({ os, cpu, libc }: Manifest, arch: string): boolean =>
  [os?.includes('linux'), cpu?.includes(arch), libc?.includes('glibc')].every((allows) => allows ?? true);
