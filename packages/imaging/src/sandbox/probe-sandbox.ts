import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { launchers, systemProgram } from './launchers.ts';
import { type Layer, launcherOf, type MissingLayer, type OwnLayer, ownLayers, type Sandbox } from './layers.ts';
import { type FilterFile, openFilter, withFilter } from './open-filter.ts';

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
  const filter = wanted.includes('call-filter') ? openFilter() : undefined;
  const found: { layer: Layer; command: readonly string[] }[] = [];
  const missing: MissingLayer[] = ownLayers.filter((layer) => !wanted.includes(layer)).map(leftOut);
  const lacks = (layer: Layer, reason: string) => missing.push({ layer, because: 'system', reason });
  for (const { layer, commands, proof } of launchers(readable)) {
    if (!wanted.includes(layer)) continue;
    const tryOut = (command: readonly string[]) =>
      failureOf([...launcherOf({ launchers: found }), ...command, ...proof], filter);
    const { command, reason } = await firstThatWorks(commands, tryOut);
    if (command) found.push({ layer, command });
    else lacks(layer, reason);
  }
  if (!hasPermissionModel && wanted.includes('permission-model')) lacks('permission-model', 'Node is older than 24');
  if (!isFiltered()) lacks('seccomp', 'this process has no filter');
  return withActive({ launchers: found, filter, missing });
}

const leftOut = (layer: OwnLayer): MissingLayer => ({ layer, because: 'setting', reason: 'left out by the settings' });

function withActive({ filter, ...sandbox }: Omit<Sandbox, 'active'>): Sandbox {
  const isMissing = (layer: Layer) => sandbox.missing.some((other) => other.layer === layer);
  const active = [...ownLayers, 'seccomp' as const].filter((layer) => !isMissing(layer));
  if (active.includes('call-filter')) return { ...sandbox, filter, active };
  filter?.close();
  return { ...sandbox, filter: undefined, active };
}

/** Named `--permission`, and stable, since Node 24. */
const hasPermissionModel = Number(process.versions.node.split('.')[0]) >= 24;

interface Found {
  readonly command: readonly string[] | undefined;
  /** Why no command works. */
  readonly reason: string;
}

async function firstThatWorks(
  commands: readonly (readonly string[])[],
  tryOut: (command: readonly string[]) => Promise<string | undefined>,
): Promise<Found> {
  let reason = '';
  for (const [name = '', ...args] of commands) {
    const program = systemProgram(name);
    if (!program) return { command: undefined, reason: `${name} is not installed` };
    const command = [program, ...args];
    const failure = await tryOut(command);
    if (failure === undefined) return { command, reason: '' };
    reason = failure;
  }
  return { command: undefined, reason };
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
