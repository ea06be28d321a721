import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GuardedCommand, GuardianOrder, GuardianReport, ProcessExit } from './guardian-protocol.ts';

const GUARDIAN = fileURLToPath(new URL('./guardian.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;
/** What the guardian may take beyond the time it grants the program. */
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

/** Somebody killed the guardian: nobody watches its server any more. */
function killOrphan(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
