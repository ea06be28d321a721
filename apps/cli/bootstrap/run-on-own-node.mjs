import { spawn } from 'node:child_process';
import { join } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);

/** Whether the current Node can run TypeScript. */
export const runsTypeScript = major > 22 || (major === 22 && minor >= 18);

/**
 * Runs a program on the project's own Node, with this process's arguments, and exits with its exit code.
 *
 * @param {string} root the project's folder
 * @param {string} program the path of its file
 */
export function runOnOwnNode(root, program) {
  const node = join(root, 'node_modules', '.bin', 'node');
  // A separate process group: otherwise, Ctrl-C in a terminal would reach it twice, and the second one would cut its
  // shutdown short.
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit', detached: true });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('error', explain);
  child.once('exit', (code) => process.exit(code ?? 1));
}

function explain() {
  process.stderr.write(`imagemill requires Node 22.18 or newer. This is Node ${process.versions.node}.
Its own Node 24 cannot be installed on ${process.platform}-${process.arch}. Install Node 24 and try again.\n`);
  process.exit(1);
}
