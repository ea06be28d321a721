import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { landlockRules } from './landlock-rules.ts';
import { type Layer, launcherOf, type MissingLayer, type OwnLayer, ownLayers, type Sandbox } from './layers.ts';
import { type FilterFile, filterPath, openFilter, withFilter } from './open-filter.ts';

interface Launcher {
  readonly layer: OwnLayer;
  /** Programs of util-linux. The first one that works here is used. */
  readonly commands: readonly (readonly string[])[];
  /** A command that shows whether it works. */
  readonly proof: readonly string[];
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const harmless = [folders.map((folder) => `${folder}/true`).find(existsSync) ?? 'true'];
/** Whether Node works behind it, the first engine process shows. */
const versionOfNode = [process.execPath, '--version'];

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
    proof: versionOfNode,
  },
  {
    // The last one: it leaves no other program to execute than Node.
    layer: 'landlock',
    commands: ['fs', `fs:${firstRights}`].map((access) => [
      ...['setpriv', '--no-new-privs', '--landlock-access', access, ...landlockRules(readable), '--'],
    ]),
    proof: versionOfNode,
  },
];

/**
 * Finds out which layers the system has, by starting a harmless program behind each.
 *
 * @param readable what an engine process reads: files and folders of its program
 * @param wanted other layers are left out
 */
export async function probeSandbox(
  readable: readonly string[],
  wanted: readonly OwnLayer[] = ownLayers,
): Promise<Sandbox> {
  const found: { layer: Layer; command: readonly string[] }[] = [];
  const missing: MissingLayer[] = [];
  const filter = wanted.includes('call-filter') ? openFilter() : undefined;
  for (const { layer, commands, proof } of launchers(readable)) {
    if (!wanted.includes(layer)) continue;
    const attempt = (command: readonly string[]) =>
      failureOf([...launcherOf({ launchers: found }), ...command, ...proof], filter);
    const result = await firstThatWorks(commands, attempt);
    if ('command' in result) found.push({ layer, command: result.command });
    else missing.push({ layer, because: 'system', reason: result.reason });
  }
  if (!hasPermissionModel)
    missing.push({ layer: 'permission-model', because: 'system', reason: 'Node is older than 24' });
  if (!isFiltered()) missing.push({ layer: 'seccomp', because: 'system', reason: 'this process has no filter' });
  const unwanted = ownLayers.filter((layer) => !wanted.includes(layer));
  const known = unwanted.map((layer) => ({ layer, because: 'setting', reason: 'left out by the settings' }) as const);
  return withActive({
    launchers: found,
    filter,
    missing: [...missing.filter(({ layer }) => !unwanted.some((other) => other === layer)), ...known],
  });
}

function withActive({ filter, ...sandbox }: Omit<Sandbox, 'active'>): Sandbox {
  const isMissing = (layer: Layer) => sandbox.missing.some((other) => other.layer === layer);
  const active = [...ownLayers, 'seccomp' as const].filter((layer) => !isMissing(layer));
  if (active.includes('call-filter')) return { ...sandbox, filter, active };
  filter?.close();
  return { ...sandbox, filter: undefined, active };
}

/** Named `--permission`, and stable, since Node 24. */
const hasPermissionModel = Number(process.versions.node.split('.')[0]) >= 24;

type Attempt = { readonly command: readonly string[] } | { readonly reason: string };

async function firstThatWorks(
  commands: readonly (readonly string[])[],
  failureOf: (command: readonly string[]) => Promise<string | undefined>,
): Promise<Attempt> {
  let reason = '';
  for (const [name = '', ...args] of commands) {
    const program = folders.map((folder) => `${folder}/${name}`).find(existsSync);
    if (!program) return { reason: `${name} is not installed` };
    const failure = await failureOf([program, ...args]);
    if (failure === undefined) return { command: [program, ...args] };
    reason = failure;
  }
  return { reason };
}

/** On an overloaded machine, a start takes seconds. */
const PROBE_MS_MAX = 60_000;
const REASON_LENGTH_MAX = 200;

/** @returns the first line that the command writes to standard error, if it fails */
async function failureOf(
  [program = '', ...args]: readonly string[],
  filter: FilterFile | undefined,
): Promise<string | undefined> {
  const stdio = withFilter(['ignore', 'ignore', 'pipe', 'ignore'], filter);
  const child = spawn(program, args, { env: {}, cwd: '/', stdio, timeout: PROBE_MS_MAX, killSignal: 'SIGKILL' });
  const [stderr, [code, signal]] = await Promise.all([
    child.stderr ? text(child.stderr) : '',
    once(child, 'exit').catch((error: Error) => [error.message, null]),
  ]);
  if (code === 0) return undefined;
  return stderr.trim().split('\n')[0]?.slice(0, REASON_LENGTH_MAX) || `it ends with ${signal ?? `code ${code}`}`;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html: 2 is a filter. */
function isFiltered(): boolean {
  try {
    return /^Seccomp:\s+2$/m.test(readFileSync('/proc/self/status', 'latin1'));
  } catch {
    return false;
  }
}
