// node acceptance/setpriv/run.ts <command…>: runs the command with the setpriv of Debian 13, which can restrict system calls and files. On an older
// Debian, root downloads it and shows it to the command only, in a mount namespace.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { downloadSetpriv } from './download-setpriv.ts';

/** Where the worker looks for it. */
const INSTALLED = '/usr/bin/setpriv';

const cache = fileURLToPath(new URL('../../node_modules/.cache/setpriv', import.meta.url));
const command = process.argv.slice(2);
if (hasFilter(INSTALLED)) run(command);
else {
  const setpriv = await downloadSetpriv(cache);
  if (!hasFilter(setpriv)) throw new Error(`${setpriv} does not work here.`);
  const script = `mount --bind "$0" ${INSTALLED} && exec "$@"`;
  run(['unshare', '--mount', 'sh', '-c', script, setpriv, ...command]);
}

function run([program = '', ...args]: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
}

function hasFilter(setpriv: string): boolean {
  if (!existsSync(setpriv)) return false;
  return spawnSync(setpriv, ['--help'], { encoding: 'utf8' }).stdout.includes('--seccomp-filter');
}
