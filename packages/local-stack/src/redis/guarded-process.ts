import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program that the guardian runs, passed as a JSON argument. */
export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Receives both output streams. */
  readonly logFile: string;
  /** Time limit for a graceful exit, before the program is killed. */
  readonly killAfterMs: number;
  /** Runs after the program has ended, for any reason. */
  readonly afterwards?: readonly [command: string, ...args: string[]];
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type GuardianReport =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'failed'; readonly message: string }
  | ({ readonly kind: 'exited' } & ProcessExit);

export type GuardianOrder = 'stop';

const GUARDIAN = fileURLToPath(new URL('./guardian.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;
/** Extra time for the guardian, in addition to the program's time limit. */
const GUARDIAN_GRACE_MS = 40_000;

export interface GuardedProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<void>;
}

/** Runs a program that cannot outlive this process; see guardian.ts. */
export async function startGuarded(command: GuardedCommand): Promise<GuardedProcess> {
  // Detached, because Ctrl-C in a terminal signals the whole group: the server must keep running until its clients have finished.
  const guardian = fork(GUARDIAN, [JSON.stringify(command)], { detached: true, execArgv: [], stdio: 'ignore' });
  const exited = serverExit(guardian);
  const pid = await startedPid(guardian);
  const stop = async () => {
    if (guardian.connected) guardian.send('stop' satisfies GuardianOrder);
    const overdue = setTimeout(() => guardian.kill('SIGKILL'), command.killAfterMs + GUARDIAN_GRACE_MS);
    await exited;
    clearTimeout(overdue);
  };
  return { pid, exited, stop };
}

async function startedPid(guardian: ChildProcess): Promise<number> {
  const deadline = setTimeout(() => guardian.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    return await new Promise((resolve, reject) => {
      guardian.once('error', reject);
      guardian.once('exit', () => reject(new Error('the guardian process ended before its server started')));
      guardian.once('message', (message) => {
        const report = message as GuardianReport;
        if (report.kind === 'started') resolve(report.pid);
        else reject(new Error(report.kind === 'failed' ? report.message : 'the server ended at once'));
      });
    });
  } finally {
    clearTimeout(deadline);
  }
}

function serverExit(guardian: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    let pid: number | undefined;
    let exit: ProcessExit | undefined;
    guardian.on('message', (message) => {
      const report = message as GuardianReport;
      if (report.kind === 'started') pid = report.pid;
      if (report.kind === 'exited') exit = { code: report.code, signal: report.signal };
    });
    guardian.once('exit', () => {
      if (pid !== undefined && !exit) killOrphan(pid);
      resolve(exit ?? { code: null, signal: 'SIGKILL' });
    });
  });
}

/** The guardian was killed: this process must end the server itself. */
function killOrphan(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
