import { spawn } from 'node:child_process';
import { join } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);

/** Whether the Node that runs this file runs TypeScript too. */
export const runsTypeScript = major > 22 || (major === 22 && minor >= 18);

/**
 * Runs a program, with the arguments of this one, on the Node that is installed in the project, and ends as it ends.
 *
 * @param {string} root the project's folder
 * @param {string} program the path of its file
 */
export function runOnOwnNode(root, program) {
  const node = join(root, 'node_modules', '.bin', 'node');
  // In a process group of its own, or Ctrl-C in a terminal would reach it twice: a second one cuts its shutdown short.
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit', detached: true });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('error', explain);
  child.once('exit', (code) => process.exit(code ?? 1));
}

function explain() {
  process.stderr.write(`imagemill runs on Node 22.18 or newer, this is Node ${process.versions.node}.
Its own Node 24 can not be installed for ${process.platform}-${process.arch}: install Node 24 and try again.\n`);
  process.exit(1);
}
