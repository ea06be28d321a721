// A separate process between imagemill and the server. When imagemill ends, even by SIGKILL, the kernel closes the IPC channel,
// and the guardian ends the server.
import { spawn, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import type { GuardedCommand, GuardianOrder, GuardianReport } from './guarded-process.ts';

const task = JSON.parse(process.argv[2] ?? '') as GuardedCommand;

// The parent may already be gone. In that case `disconnect` was emitted before this line.
if (process.connected) guard();

function guard(): void {
  const log = openSync(task.logFile, 'a', 0o600);
  // A separate process group: a launcher script and its server end together.
  const server = spawn(task.command, task.args, { stdio: ['ignore', log, log], detached: true });
  const end = () => endGroup(server.pid);

  server.on('spawn', () => report({ kind: 'started', pid: server.pid ?? 0 }));
  server.on('error', (error) => {
    report({ kind: 'failed', message: error.message });
    leave();
  });
  server.on('exit', (code, signal) => {
    const [command, ...args] = task.afterwards ?? [];
    if (command !== undefined) spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 });
    report({ kind: 'exited', code, signal });
    leave();
  });

  process.on('disconnect', end);
  process.on('message', (order: GuardianOrder) => order === 'stop' && end());
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  signalGroup(leader, 'SIGTERM');
  setTimeout(() => signalGroup(leader, 'SIGKILL'), task.killAfterMs).unref();
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // It has ended in the meantime.
  }
}

function report(message: GuardianReport): void {
  if (process.connected) process.send?.(message);
}

function leave(): void {
  if (process.connected) process.disconnect();
}
