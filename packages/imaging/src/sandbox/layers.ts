import type { FilterFile } from './open-filter.ts';

/** Layers of protection around an engine process that can be chosen. Which of them exist depends on the system and its privileges. */
export const ownLayers = [
  /** Node's own: no files but the program's, no child processes, no worker threads. */
  'permission-model',
  /** No network interface but a loopback of its own. */
  'network-namespace',
  /** No capabilities, and no way to get any by starting a program; SIGKILL when the worker ends. */
  'no-new-privileges',
  /** No core dumps, which would contain an upload; few open files. */
  'resource-limits',
  /** A seccomp filter of our own: no sockets, processes, signals, changes of files and rare parts of the kernel. */
  'call-filter',
  /** Linux's Landlock: no files but the program's and the system's libraries; no memory or environment of other processes. */
  'landlock',
] as const;
export type OwnLayer = (typeof ownLayers)[number];

/** `seccomp`: the filter of the container runtime, which the worker has and its engine processes inherit. */
export type Layer = OwnLayer | 'seccomp';

export interface MissingLayer {
  readonly layer: Layer;
  /** `program`: the system has it, but the program of an engine process does not start behind it. */
  readonly because: 'system' | 'program' | 'setting';
  /** For the operator. */
  readonly reason: string;
}

export interface Sandbox {
  /** In this order, programs with their arguments that come before the command of an engine process. Each replaces itself by the next one. */
  readonly launchers: readonly { readonly layer: Layer; readonly command: readonly string[] }[];
  /** What the launchers read; close it after the last start of a process. */
  readonly filter: FilterFile | undefined;
  readonly active: readonly Layer[];
  readonly missing: readonly MissingLayer[];
}

export const launcherOf = ({ launchers }: Pick<Sandbox, 'launchers'>): readonly string[] =>
  launchers.flatMap(({ command }) => command);

/** @param left layers behind which the program does not start, with the reason */
export function leaveOut(sandbox: Sandbox, left: ReadonlyMap<Layer, string>): Sandbox {
  const missing = [...left].map(([layer, reason]) => ({ layer, because: 'program', reason }) as const);
  return {
    launchers: sandbox.launchers.filter(({ layer }) => !left.has(layer)),
    filter: left.has('call-filter') ? undefined : sandbox.filter,
    active: sandbox.active.filter((layer) => !left.has(layer)),
    missing: [...sandbox.missing, ...missing],
  };
}
