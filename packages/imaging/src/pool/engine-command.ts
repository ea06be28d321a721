import { pathToFileURL } from 'node:url';
import { launcherOf, type Sandbox } from '../sandbox/layers.ts';
import { FILTER_DESCRIPTOR } from '../sandbox/open-filter.ts';
import { allocatorSettings } from './allocator.ts';
import type { EngineFiles } from './engine-files.ts';

export interface EngineCommandOptions {
  /** Threads for decodes and encodes. */
  readonly threads: number;
  /** The environment of the process: nothing of the parent's is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** What starts the process with fewer privileges. */
  readonly sandbox: Sandbox;
  readonly files: EngineFiles;
}

interface EngineCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The command line of an engine process, which reads the bundle of its program from standard input. */
export function engineCommand(start: string, options: EngineCommandOptions): EngineCommand {
  const { program, starter, readable } = options.files;
  const [command = process.execPath, ...args] = [
    ...launcherOf(options.sandbox),
    process.execPath,
    // V8's young generation grows in a burst and does not shrink again; images are not in V8's heap.
    '--max-semi-space-size=4',
    ...(options.sandbox.active.includes('permission-model') ? permissions(readable) : []),
    ...[starter, start, pathToFileURL(program).href],
    ...(options.sandbox.filter ? [String(FILTER_DESCRIPTOR)] : []),
  ];
  const env = { UV_THREADPOOL_SIZE: String(options.threads), ...allocatorSettings, ...options.environment };
  return { command, args, env };
}

const permissions = (readable: readonly string[]) => [
  '--permission',
  '--allow-addons',
  // Node warns that native code is not bound by the permissions: they are one layer of several.
  '--disable-warning=PERM0001',
  ...readable.map((folder) => `--allow-fs-read=${folder}`),
];
