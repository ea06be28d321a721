import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

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
  /** The filter of the container runtime, which the worker has and its engine processes inherit. */
  | 'seccomp';

export interface Sandbox {
  /** Programs and arguments that come before the command of an engine process. Each replaces itself by the next one. */
  readonly launcher: readonly string[];
  readonly active: readonly Layer[];
  readonly missing: readonly Layer[];
}

/** Programs of util-linux. The first command of a layer that works here is used. */
const launchers: readonly (readonly [Layer, readonly (readonly string[])[]])[] = [
  [
    'network-namespace',
    [
      ['unshare', '--net', '--'],
      ['unshare', '--user', '--map-current-user', '--net', '--'],
    ],
  ],
  ['resource-limits', [['prlimit', '--core=0', '--nofile=128', '--']]],
  [
    'no-new-privileges',
    [
      // Only root has a bounding set to drop.
      ['setpriv', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--pdeathsig=KILL', '--'],
      ['setpriv', '--no-new-privs', '--pdeathsig=KILL', '--'],
    ],
  ],
];

/** Finds out which layers work here, by starting a harmless program behind each. */
export async function probeSandbox(): Promise<Sandbox> {
  let launcher: readonly string[] = [];
  const active: Layer[] = [];
  const missing: Layer[] = [];
  for (const [layer, commands] of launchers) {
    const found = await firstThatWorks(launcher, commands);
    (found ? active : missing).push(layer);
    launcher = [...launcher, ...(found ?? [])];
  }
  (hasPermissionModel() ? active : missing).push('permission-model');
  (isFiltered() ? active : missing).push('seccomp');
  return { launcher, active, missing };
}

/** Named `--permission`, and stable, since Node 24. */
export const hasPermissionModel = () => Number(process.versions.node.split('.')[0]) >= 24;

async function firstThatWorks(before: readonly string[], commands: readonly (readonly string[])[]) {
  for (const [name = '', ...args] of commands) {
    const program = folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
    if (program && (await works([...before, program, ...args]))) return [program, ...args];
  }
  return undefined;
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const PROBE_MS_MAX = 10_000;

async function works([program = '', ...args]: readonly string[]): Promise<boolean> {
  const harmless = folders.map((folder) => `${folder}/true`).find((path) => existsSync(path));
  if (!harmless) return false;
  return promisify(execFile)(program, [...args, harmless], { env: {}, timeout: PROBE_MS_MAX }).then(
    () => true,
    () => false,
  );
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html: 2 is a filter. */
function isFiltered(): boolean {
  try {
    return /^Seccomp:\s+2$/m.test(readFileSync('/proc/self/status', 'latin1'));
  } catch {
    return false;
  }
}
