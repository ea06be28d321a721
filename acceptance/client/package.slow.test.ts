import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../test-support/run-program.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const GZIPPED_BYTES_MAX = 10_000;

/** The package as in a clean checkout, without a build. */
let checkout: string;
/** A project with the package installed as published. */
let project: string;
let checked: Awaited<ReturnType<typeof runProgram>>;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'imagemill-client-'));
  checkout = await cleanCheckout();
  checked = await runProgram([join(checkout, 'pack-check.ts'), project]);
  await install(join(project, 'client.tgz'), project);
  for (const name of ['react', '@types/react', '@types/node', '@uppy/core', '@uppy/aws-s3']) await link(name);
});
afterAll(() => Promise.all([rm(project, { recursive: true }), rm(join(checkout, '../..'), { recursive: true })]));

async function cleanCheckout(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'imagemill-checkout-'));
  const client = join(copy, 'packages/client');
  const source = join(root, 'packages/client');
  const isMade = (path: string) => ['dist', 'node_modules'].some((made) => path === join(source, made));
  await cp(source, client, { recursive: true, filter: (path) => !isMade(path) });
  await cp(join(root, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
  await symlink(join(source, 'node_modules'), join(client, 'node_modules'));
  return client;
}

async function install(tarball: string, into: string): Promise<void> {
  await run('tar', ['-xzf', tarball], { cwd: into });
  await mkdir(join(into, 'node_modules/@imagemill'), { recursive: true });
  await rename(join(into, 'package'), join(into, 'node_modules/@imagemill/client'));
}

async function link(name: string) {
  const home = name === '@types/node' ? root : join(root, 'packages/client');
  const place = join(project, 'node_modules', name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(join(home, 'node_modules', name), place);
}

test('passes publint and arethetypeswrong', () => {
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toContain('0 problems.');
});

test('has no dependencies, and imports only published files', async () => {
  const folder = join(project, 'node_modules/@imagemill/client');
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('dependencies');
  const files = await readdir(join(folder, 'dist'));
  for (const file of files.filter((name) => /\.[cm]?(js|ts)$/.test(name))) {
    const text = await readFile(join(folder, 'dist', file), 'utf8');
    const imported = [...text.matchAll(/(?:from |require\(|import\()["']([^"']+)["']/g)].map(([, name]) => name);
    const peers = file.startsWith('index') ? [] : ['react', '@uppy/core', '@uppy/core/utils', '@uppy/aws-s3'];
    const others = imported.filter((name = '') => !name.startsWith('./') && !peers.includes(name));
    expect(others, file).toEqual([]);
    expect(text, file).not.toContain('zod');
  }
});

test('is under 10 KB for a browser, gzipped', async () => {
  const input = join(project, 'all.js');
  await writeFile(input, `export * from '@imagemill/client';`);
  const bundle = await rolldown({ input, platform: 'browser' });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  const bytes = gzipSync(output[0].code, { level: 9 }).byteLength;
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(GZIPPED_BYTES_MAX);
});

test('can be imported and required in Node', async () => {
  const names = 'Object.keys(client).sort().join()';
  await writeFile(join(project, 'a.mjs'), `import * as client from '@imagemill/client'; console.log(${names});`);
  await writeFile(join(project, 'b.cjs'), `const client = require('@imagemill/client'); console.log(${names});`);
  const [imported, required] = [await runProgram([join(project, 'a.mjs')]), await runProgram([join(project, 'b.cjs')])];
  expect(imported).toMatchObject({ code: 0, stderr: '' });
  expect(imported.stdout).toContain('createImagemill');
  expect(required.stdout).toBe(imported.stdout);
});

test('npm packs the same files as pnpm from a clean checkout, and leaves it unchanged', async () => {
  const other = await mkdtemp(join(tmpdir(), 'imagemill-npm-'));
  const manifest = () => readFile(join(checkout, 'package.json'), 'utf8');
  const before = await manifest();
  await rm(join(checkout, 'dist'), { recursive: true });
  try {
    await run('npm', ['pack', '--pack-destination', other], { cwd: checkout });
    expect(await manifest()).toBe(before);
    const [tarball = ''] = await readdir(other);
    await install(join(other, tarball), other);
    const installed = (folder: string) => join(folder, 'node_modules/@imagemill/client');
    const files = async (folder: string) => (await readdir(installed(folder), { recursive: true })).toSorted();
    expect(await files(other)).toEqual(await files(project));
    await writeFile(
      join(other, 'a.mjs'),
      `import { createImagemill } from '@imagemill/client'; console.log(createImagemill.name);`,
    );
    expect(await runProgram([join(other, 'a.mjs')])).toMatchObject({
      code: 0,
      stdout: 'createImagemill\n',
      stderr: '',
    });
  } finally {
    await rm(other, { recursive: true });
  }
});

test('type-checks every example of its README', async () => {
  const readme = await readFile(join(root, 'packages/client/README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```(tsx?)\n([\s\S]*?)^```/gm)];
  expect(examples.length).toBeGreaterThan(6);
  await Promise.all(
    examples.map(([, extension, code = '']) =>
      writeFile(join(project, `example-${crypto.randomUUID()}.${extension}`), code),
    ),
  );
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    jsx: 'react-jsx',
    module: 'nodenext',
    moduleDetection: 'force',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: ['node'],
  };
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['example-*'] }));
  const compiler = [join(root, 'node_modules/typescript/bin/tsc'), '--checkers', '1', '-p', project];
  // It ends before a collection of garbage pays off.
  const { code, stdout } = await runProgram(compiler, { ...process.env, GOGC: '400' });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});
