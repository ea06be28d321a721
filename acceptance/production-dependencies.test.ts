import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { entryPoints } from '../apps/cli/src/stack/entry-points.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}
const manifestOf = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

const inside = async (group: string) => (await readdir(join(root, group))).map((name) => join(group, name));
const apps = await inside('apps');
// The client is bundled: bundled packages are not dependencies of its users (acceptance/client/package.slow.test.ts).
const packages = (await inside('packages')).filter((folder) => folder !== 'packages/client');
/** Not part of the shipped code: tests and their support. */
const notShipped = /\.test\.tsx?$|(^|\/)(test-support|testing|contract|node_modules|dist)\/|harness|\.config\.ts$/;
const imports =
  /^(?:import|export)\s(type\s)?[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport(?:\.meta\.resolve)?\(\s*['"]([^'"]+)['"]|\brequire\.resolve\(\s*['"]([^'"]+)['"]/gm;

/** The packages that a folder's shipped code imports. Type-only imports are separate: they are stripped before Node runs. */
async function importedBy(folder: string): Promise<{ run: string[]; types: string[] }> {
  // Installed packages are links, which a recursive `readdir` follows.
  const exclude = (name: string) => name === 'node_modules' || name === 'dist';
  const files = await Array.fromAsync(glob('**/*.{ts,tsx,mjs}', { cwd: join(root, folder), exclude }));
  const [run, types] = [new Set<string>(), new Set<string>()];
  for (const file of files.filter((name) => !notShipped.test(name))) {
    const code = await readFile(join(root, folder, file), 'utf8');
    for (const [, isType, ...names] of code.matchAll(imports)) {
      const name = names.find((each) => each !== undefined) ?? '';
      if (/^(\.|node:)/.test(name)) continue;
      (isType ? types : run).add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
  }
  return { run: [...run].toSorted(), types: [...types] };
}

async function dependenciesOf(folder: string): Promise<string[]> {
  const { dependencies, optionalDependencies } = await manifestOf(join(root, folder));
  return Object.keys({ ...dependencies, ...optionalDependencies }).toSorted();
}

test('a first start installs every app whose program the local stack runs', async () => {
  const { installedApps } = (await import(join(root, 'apps/cli/bootstrap/install-dependencies.mjs'))) as {
    readonly installedApps: readonly string[];
  };
  const programs = Object.values(entryPoints).map((path) => relative(join(root, 'apps'), path).split(sep)[0] ?? '');
  expect(installedApps).toEqual(expect.arrayContaining(['cli', ...programs]));
});

test.each([
  ['a production installation, whose packages are incomplete, is removed', ['.imagemill-lockfile-sha256'], false],
  ['one of development is kept', ['.imagemill-lockfile-sha256', '.bin/vitest'], true],
  ['one that no command made is kept', ['.bin/tsc'], true],
] as const)('before the installation for development, %s', async (_what, files, isKept) => {
  const { removeProductionInstallation } = (await import(
    join(root, 'apps/cli/bootstrap/install-dependencies.mjs')
  )) as {
    removeProductionInstallation(root: string): Promise<void>;
  };
  const folder = await mkdtemp(join(tmpdir(), 'imagemill-modules-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
  for (const file of files) await writeFile(join(folder, 'node_modules', file), '');
  await removeProductionInstallation(folder);
  expect(existsSync(join(folder, 'node_modules'))).toBe(isKept);
});

test.each(apps)('%s depends on exactly the packages that it imports at run time', async (folder) => {
  expect(await dependenciesOf(folder)).toEqual((await importedBy(folder)).run);
});

test.each(packages)('%s depends on exactly the packages that it imports', async (folder) => {
  const [dependencies, { run, types }] = await Promise.all([dependenciesOf(folder), importedBy(folder)]);
  expect(dependencies).toEqual(expect.arrayContaining(run));
  // Its signatures may contain types of another package.
  expect(dependencies.filter((name) => !run.includes(name) && !types.includes(name))).toEqual([]);
});

/** Permissive licences. libvips is a separate shared library, and libheif-js an optional module: the LGPL allows both (docs/licences.md). */
const permissive = /^(MIT|MIT-0|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|Unlicense)$/;
const isAllowed = (expression = '') =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => permissive.test(license)));
const isLibvips = ({ name, license }: Manifest) =>
  /^@img\/sharp-/.test(name) && /^(Apache-2\.0 AND )?LGPL-3\.0-or-later/.test(license ?? '');
const isLibheif = ({ name, license }: Manifest) => name === 'libheif-js' && license === 'LGPL-3.0';

interface Installed {
  readonly manifest: Manifest;
  /** The folders of its dependencies. */
  readonly dependencies: readonly string[];
}
/** Apps share most packages: each is read once. */
const read = new Map<string, Promise<Installed>>();

function installedIn(folder: string): Promise<Installed> {
  const reading = read.get(folder) ?? readInstalled(folder);
  read.set(folder, reading);
  return reading;
}

async function readInstalled(folder: string): Promise<Installed> {
  const manifest = await manifestOf(folder);
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const places = await Promise.all(names.map((name) => placeOf(name, folder)));
  return { manifest, dependencies: places.filter((place) => place !== undefined) };
}

/** All packages of a production installation, by name and version. */
async function installed(folder: string, found = new Map<string, Manifest>()): Promise<Map<string, Manifest>> {
  const { manifest, dependencies } = await installedIn(folder);
  const key = `${manifest.name}@${manifest.version}`;
  if (found.has(key)) return found;
  found.set(key, manifest);
  for (const place of dependencies) await installed(place, found);
  return found;
}

/** Resolves a package as Node does. An optional package may be for another platform. */
async function placeOf(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; folder !== '/'; folder = join(folder, '..')) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return realpath(place);
  }
  return undefined;
}

const closures = new Map(
  await Promise.all(apps.map(async (app) => [app, [...(await installed(join(root, app))).values()]] as const)),
);

describe('a production installation', () => {
  test.each(apps)('of %s has only allowed licences', (app) => {
    const others = closures
      .get(app)
      ?.filter((each) => !isAllowed(each.license) && !isLibvips(each) && !isLibheif(each));
    expect(others?.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  });

  test('is complete without libheif-js, which only imaging names, as optional', async () => {
    const naming = async (folder: string) => Object.keys((await manifestOf(join(root, folder))).dependencies ?? {});
    const all = (await Promise.all([...apps, ...packages].map(naming))).flat();
    expect(all).not.toContain('libheif-js');
  });

  test.each(apps)('of %s contains no test or build tools', (app) => {
    const tools = /^(vitest|vite|rolldown|tsdown|typescript|knip|@biomejs\/.*|testcontainers|playwright.*|fast-check)$/;
    const names = closures.get(app)?.map(({ name }) => name) ?? [];
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => tools.test(name))).toEqual([]);
  });
});
