import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isAlive } from './is-alive.ts';

const POLL_MS = 1_000;

interface Process {
  readonly parentPid: number;
  readonly command: string;
}

/**
 * Settles if npx, npm or pnpm started us and has since been killed: not all of them forward SIGTERM, and no processes
 * may remain. The user's own shell is not a launcher: it may exit before us.
 */
export async function launcherGone(): Promise<string> {
  const launchers = await launchersOf(process.ppid);
  return new Promise((resolve) => {
    const poll = setInterval(() => {
      if (launchers.every(isAlive)) return;
      clearInterval(poll);
      resolve('The command that started imagemill has exited.');
    }, POLL_MS);
    poll.unref();
  });
}

/** The ids of our ancestor processes, up to the farthest package manager. */
async function launchersOf(pid: number): Promise<number[]> {
  const ancestors: { pid: number; isLauncher: boolean }[] = [];
  for (let next = pid; next > 1; ) {
    const found = await describe(next).catch(() => undefined);
    if (!found) break;
    ancestors.push({ pid: next, isLauncher: /\b(?:npx|p?npm)\b/.test(found.command) });
    next = found.parentPid;
  }
  const farthest = ancestors.findLastIndex(({ isLauncher }) => isLauncher);
  return ancestors.slice(0, farthest + 1).map((ancestor) => ancestor.pid);
}

async function describe(pid: number): Promise<Process> {
  if (process.platform === 'linux') {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // pid (name) state parent …: the name may contain spaces and parentheses.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parentPid: Number(parent), command: command.replaceAll('\0', ' ') };
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { timeout: 5_000 });
  const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout) ?? [];
  return { parentPid: Number(parent), command };
}
