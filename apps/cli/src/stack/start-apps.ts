import { join } from 'node:path';
import { startNodeProcess, WORKER_NICE } from '@imagemill/local-stack';
import { entryPoints } from './entry-points.ts';
import { type KeptProcess, keepRunning } from './keep-running.ts';
import { startTogether } from './start-together.ts';

interface AppOptions {
  readonly workers: number;
  readonly env: NodeJS.ProcessEnv;
  /** The environment of the edge; undefined for a stack without one. */
  readonly edgeEnv: NodeJS.ProcessEnv | undefined;
  /** The folder that the API serves the console from, once it is built. */
  readonly consoleDir: Promise<string | undefined>;
  readonly logs: string;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
  readonly onRestart: () => void;
}

export interface Apps {
  readonly api: KeptProcess;
  readonly workers: readonly KeptProcess[];
  readonly edge: KeptProcess | undefined;
}

/** Starts the API, the workers and the edge in parallel, and restarts each if it exits. */
export async function startApps(options: AppOptions): Promise<Apps> {
  const { workers: count, env, edgeEnv, consoleDir } = options;
  const startApi = async () => {
    const dir = await consoleDir;
    return keepApp(options, 'api', { ...env, ...(dir !== undefined && { CONSOLE_DIR: dir }) });
  };
  const names = Array.from({ length: count }, (_, index) => `worker-${index + 1}`);
  const edges = edgeEnv ? [keepApp(options, 'edge', edgeEnv)] : [];
  const starts = [startApi(), ...edges, ...names.map((name) => keepApp(options, 'worker', env, name))];
  const [api, ...others] = await startTogether<[KeptProcess, ...KeptProcess[]]>(starts as [Promise<KeptProcess>]);
  return { api, workers: others.slice(edges.length), edge: edgeEnv && others[0] };
}

/** Starts one app, and restarts it if it exits. */
function keepApp(
  { logs, say, signal, onRestart }: Pick<AppOptions, 'logs' | 'say' | 'signal' | 'onRestart'>,
  app: 'api' | 'worker' | 'edge',
  env: NodeJS.ProcessEnv,
  name: string = app,
): Promise<KeptProcess> {
  return keepRunning({
    name,
    say,
    onRestart,
    start: (isRestart, ending) =>
      startNodeProcess({
        name,
        entry: entryPoints[app],
        env,
        logFile: join(logs, `${name}.log`),
        appendLog: isRestart,
        ...(app === 'worker' && { nice: WORKER_NICE }),
        signal: AbortSignal.any([signal, ending]),
      }),
  });
}
