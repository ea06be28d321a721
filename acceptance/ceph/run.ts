// node acceptance/ceph/run.ts <command…>: runs the command with a new, real S3 server, and removes the server afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstallationError } from '../debian/install-packages.ts';
import { CephError } from './ceph-error.ts';
import { findFreePorts } from './ceph-ports.ts';
import { type CephServer, startCeph } from './ceph-server.ts';
import { installCeph } from './install.ts';

const COMMAND_KILL_AFTER_MS = 15_000;

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] satisfies StopSignal[]) process.on(name, () => stopping.abort(name));
// A closed pipe, as in `… 2>&1 | head`, must not prevent the removal of Ceph.
process.stderr.on('error', () => {});
process.exitCode = await main(process.argv.slice(2), stopping.signal);

async function main(command: readonly string[], signal: AbortSignal): Promise<number> {
  if (command.length === 0) {
    say('usage: node acceptance/ceph/run.ts <command…>');
    return 2;
  }
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-ceph-'));
  try {
    await installCeph(say);
    const ceph = await startCeph({ dir, ports: await findFreePorts(), signal, onProgress: say });
    say(`ready at ${ceph.endpoint}`);
    try {
      return await runCommand(command, s3Environment(ceph), signal);
    } finally {
      say('stopping');
      await ceph.stop();
    }
  } catch (error) {
    if (signal.aborted) return exitCodeOf(signal.reason);
    if (!(error instanceof CephError || error instanceof InstallationError)) throw error;
    say(error.message);
    return 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function s3Environment({ endpoint, region, credentials }: CephServer): NodeJS.ProcessEnv {
  return {
    S3_SERVER: 'ceph',
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

async function runCommand(command: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const forward = () => {
    const name: StopSignal = signal.reason;
    // A terminal has already sent Ctrl-C to the command. Many programs exit at once on a second one.
    if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
    setTimeout(() => child.kill('SIGKILL'), COMMAND_KILL_AFTER_MS).unref();
  };
  signal.addEventListener('abort', forward);
  try {
    const [code, endedBy] = await once(child, 'exit');
    return code ?? exitCodeOf(endedBy);
  } catch (error) {
    throw new CephError(`${program} could not be started.`, error);
  }
}

/** The exit code that a shell reports. */
function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function say(message: string): void {
  process.stderr.write(`[ceph] ${message}\n`);
}
