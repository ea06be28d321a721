import { join } from 'node:path';
import { startNodeProcess } from '@imagemill/local-stack';
import { entryPoints } from './entry-points.ts';
import { type KeptProcess, keepRunning } from './keep-running.ts';
import { startTogether } from './start-together.ts';

interface AppOptions {
  readonly workers: number;
  readonly env: NodeJS.ProcessEnv;
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
}

/** Starts the API and the workers in parallel, and restarts each if it exits. */
export async function startApps(options: AppOptions): Promise<Apps> {
  const { workers: count, env, consoleDir, logs, say, signal, onRestart } = options;
  const keep = (name: string, entry: string, appEnv: NodeJS.ProcessEnv) =>
    keepRunning({
      name,
      say,
      onRestart,
      start: (isRestart, ending) =>
        startNodeProcess({
          ...{ name, entry, env: appEnv, logFile: join(logs, `${name}.log`), appendLog: isRestart },
          signal: AbortSignal.any([signal, ending]),
        }),
    });
  const startApi = async () => {
    const dir = await consoleDir;
    return keep('api', entryPoints.api, { ...env, ...(dir !== undefined && { CONSOLE_DIR: dir }) });
  };
  const names = Array.from({ length: count }, (_, index) => `worker-${index + 1}`);
  const starts = [startApi(), ...names.map((name) => keep(name, entryPoints.worker, env))];
  const [api, ...workers] = await startTogether<[KeptProcess, ...KeptProcess[]]>(starts as [Promise<KeptProcess>]);
  return { api, workers };
}
