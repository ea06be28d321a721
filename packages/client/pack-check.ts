import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * Packs this package as it would be published, which builds it, and prints what publint and arethetypeswrong find wrong with it.
 *
 * `node pack-check.ts [folder]` keeps the tarball there, as client.tgz.
 */
const run = promisify(execFile);
const cwd = import.meta.dirname;
const [, , keptIn] = process.argv;
const dir = keptIn ?? (await mkdtemp(join(tmpdir(), 'imagemill-client-')));
try {
  const file = join(dir, 'client.tgz');
  await run('npx', ['-y', 'pnpm@12', 'pack', '--out', file], { cwd });
  const tarball = new Uint8Array(await readFile(file));
  const wrong = [...(await publintProblems(tarball)), ...(await typeProblems(tarball))];
  for (const problem of wrong) console.error(problem);
  console.log(`${wrong.length} problems.`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  if (keptIn === undefined) await rm(dir, { recursive: true });
}

async function publintProblems(tarball: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg)}`);
}

async function typeProblems(tarball: Uint8Array): Promise<string[]> {
  const checked = await checkPackage(createPackageFromTarballData(tarball));
  if (!checked.types) return ['arethetypeswrong: there are no types.'];
  // Resolution as before Node 12 knows no `exports`, so no second entry; whatever this package runs on knows them.
  const problems = checked.problems.filter(
    (problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
  );
  return problems.map((problem) => `arethetypeswrong: ${JSON.stringify(problem)}`);
}
