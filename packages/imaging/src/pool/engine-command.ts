import { fileURLToPath } from 'node:url';

export interface EngineCommandOptions {
  /** Threads for decodes and encodes. */
  readonly threads: number;
  /** The environment of the process: nothing of the parent's is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

interface EngineCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The folders of the code that an engine process reads: the packages of this repository, and what they depend on. */
const root = new URL('../../../../', import.meta.url);
const readable = ['packages/', 'node_modules/'].map((folder) => fileURLToPath(new URL(folder, root)));

/** The command line of an engine process. */
export function engineCommand(main: string, start: string, options: EngineCommandOptions): EngineCommand {
  return {
    command: process.execPath,
    args: [...nodeFlags(), main, start],
    env: { UV_THREADPOOL_SIZE: String(options.threads), ...options.environment },
  };
}

function nodeFlags(): string[] {
  // V8's young generation grows in a burst and does not shrink again; images are not in V8's heap.
  const flags = ['--max-semi-space-size=4'];
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 24) return flags;
  return [
    ...flags,
    '--permission',
    '--allow-addons',
    '--disable-warning=PERM0001',
    ...readable.map((folder) => `--allow-fs-read=${folder}`),
  ];
}
