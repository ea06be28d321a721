import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the guardian runs; passed as JSON in its argument. */
export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Receives both output streams. */
  readonly logFile: string;
  /** How long the program may take to end by itself before it is killed. */
  readonly killAfterMs: number;
  /** Run when the program has ended, however it ended. */
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
/** Time for the guardian beyond the time that it grants the program. */
const GUARDIAN_GRACE_MS = 40_000;

export interface GuardedProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<void>;
}

/** Runs a program that cannot outlive this process, see guardian.ts. */
export async function startGuarded(command: GuardedCommand): Promise<GuardedProcess> {
  // Detached: Ctrl-C in a terminal goes to the whole group, and the server must stay until its clients have finished.
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

/** The guardian was killed: nothing else ends its server any more. */
function killOrphan(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
