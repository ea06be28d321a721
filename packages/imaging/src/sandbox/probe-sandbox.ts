import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { landlockRules } from './landlock-rules.ts';
import { type FilterFile, filterPath, openFilter, withFilter } from './open-filter.ts';

/** Layers of protection around an engine process. Which of them exist depends on the system and its privileges. */
export type Layer =
  /** Node's own: no files but the program's, no child processes, no worker threads. */
  | 'permission-model'
  /** No network interface but a loopback of its own. */
  | 'network-namespace'
  /** No capabilities, and no way to get any by starting a program; SIGKILL when the worker ends. */
  | 'no-new-privileges'
  /** No core dumps, which would contain an upload; few open files. */
  | 'resource-limits'
  /** A seccomp filter of our own: no sockets, processes, signals, changes of files and rare parts of the kernel. */
  | 'call-filter'
  /** Linux's Landlock: no files but the program's and the system's libraries; no memory or environment of other processes. */
  | 'landlock'
  /** The filter of the container runtime, which the worker has and its engine processes inherit. */
  | 'seccomp';

export interface Sandbox {
  /** Programs and arguments that come before the command of an engine process. Each replaces itself by the next one. */
  readonly launcher: readonly string[];
  /** What the launcher reads; close it after the last start of a process. */
  readonly filter: FilterFile | undefined;
  readonly active: readonly Layer[];
  readonly missing: readonly Layer[];
}

interface Launcher {
  readonly layer: Layer;
  /** Programs of util-linux. The first one that works here is used. */
  readonly commands: readonly (readonly string[])[];
  /** A command that shows whether it works. */
  readonly proof: readonly string[];
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const harmless = [folders.map((folder) => `${folder}/true`).find(existsSync) ?? 'true'];
const startOfNode = [process.execPath, '--eval', '0'];

/**
 * The rights of the first Landlock, in Linux 5.13. `setpriv` 2.41 takes `fs` for all rights that it knows, which a kernel without
 * one of them refuses.
 */
const firstRights =
  'execute,write-file,read-file,read-dir,remove-dir,remove-file,make-char,make-dir,make-reg,make-sock,make-fifo,make-block,make-sym';

const launchers = (readable: readonly string[]): readonly Launcher[] => [
  {
    layer: 'network-namespace',
    commands: [
      ['unshare', '--net', '--'],
      ['unshare', '--user', '--map-current-user', '--net', '--'],
    ],
    proof: harmless,
  },
  { layer: 'resource-limits', commands: [['prlimit', '--core=0', '--nofile=128', '--']], proof: harmless },
  {
    layer: 'no-new-privileges',
    commands: [
      // Only root has a bounding set to drop.
      ['setpriv', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--pdeathsig=KILL', '--'],
      ['setpriv', '--no-new-privs', '--pdeathsig=KILL', '--'],
    ],
    proof: harmless,
  },
  {
    layer: 'call-filter',
    commands: [['setpriv', '--no-new-privs', '--seccomp-filter', filterPath, '--']],
    proof: startOfNode,
  },
  {
    // The last one: it leaves no other program to execute than Node.
    layer: 'landlock',
    commands: ['fs', `fs:${firstRights}`].map((access) => [
      ...['setpriv', '--no-new-privs', '--landlock-access', access, ...landlockRules(readable), '--'],
    ]),
    proof: startOfNode,
  },
];

/**
 * Finds out which layers work here, by starting a harmless program behind each.
 *
 * @param readable what an engine process reads: files and folders of its program
 */
export async function probeSandbox(readable: readonly string[]): Promise<Sandbox> {
  const launcher: string[] = [];
  const active: Layer[] = [];
  const missing: Layer[] = [];
  const filter = openFilter();
  for (const { layer, commands, proof } of launchers(readable)) {
    const found = await firstThatWorks(commands, (command) => works([...launcher, ...command, ...proof], filter));
    (found ? active : missing).push(layer);
    launcher.push(...(found ?? []));
  }
  (hasPermissionModel() ? active : missing).push('permission-model');
  (isFiltered() ? active : missing).push('seccomp');
  if (active.includes('call-filter')) return { launcher, filter, active, missing };
  filter?.close();
  return { launcher, filter: undefined, active, missing };
}

/** Named `--permission`, and stable, since Node 24. */
export const hasPermissionModel = () => Number(process.versions.node.split('.')[0]) >= 24;

async function firstThatWorks(
  commands: readonly (readonly string[])[],
  doesWork: (command: readonly string[]) => Promise<boolean>,
): Promise<readonly string[] | undefined> {
  for (const [name = '', ...args] of commands) {
    const program = folders.map((folder) => `${folder}/${name}`).find(existsSync);
    if (program && (await doesWork([program, ...args]))) return [program, ...args];
  }
  return undefined;
}

const PROBE_MS_MAX = 10_000;

async function works([program = '', ...args]: readonly string[], filter: FilterFile | undefined): Promise<boolean> {
  const stdio = withFilter(['ignore', 'ignore', 'ignore', 'ignore'], filter);
  const child = spawn(program, args, { env: {}, cwd: '/', stdio, timeout: PROBE_MS_MAX, killSignal: 'SIGKILL' });
  const [code] = await once(child, 'exit').catch(() => []);
  return code === 0;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html: 2 is a filter. */
function isFiltered(): boolean {
  try {
    return /^Seccomp:\s+2$/m.test(readFileSync('/proc/self/status', 'latin1'));
  } catch {
    return false;
  }
}
