import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { monitorAddress, renderCephConf } from './ceph-conf.ts';
import { CephError } from './ceph-error.ts';
import type { CephPorts } from './ceph-ports.ts';
import { type Daemon, startDaemon } from './daemon.ts';

const execute = promisify(execFile);

export interface CephOptions {
  /** Empty or missing; holds all state, which is useless after `stop`. */
  readonly dir: string;
  readonly ports: CephPorts;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

export interface CephServer {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

interface Cluster extends CephOptions {
  readonly conf: string;
  readonly fsid: string;
  readonly credentials: CephServer['credentials'];
  readonly daemons: Daemon[];
}

type Step = (cluster: Cluster) => Promise<void>;

const steps = [writeState, startMonitor, startOsd, createUser, startGateway] satisfies Step[];

/** A real S3 server: a complete Ceph cluster with one disk and a gateway. Leaves no processes if it fails. */
export async function startCeph(options: CephOptions): Promise<CephServer> {
  const credentials = {
    accessKeyId: randomBytes(10).toString('hex'),
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const conf = join(options.dir, 'ceph.conf');
  const cluster: Cluster = { ...options, conf, fsid: randomUUID(), credentials, daemons: [] };
  // Stopped in reverse order: each daemon needs the ones started before it.
  const stop = async () => {
    for (let daemon = cluster.daemons.pop(); daemon; daemon = cluster.daemons.pop()) await daemon.stop();
  };
  try {
    for (const step of steps) {
      options.signal.throwIfAborted();
      await step(cluster);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: `http://127.0.0.1:${options.ports.gateway}`, region: 'us-east-1', credentials, stop };
}

async function writeState(cluster: Cluster): Promise<void> {
  await mkdir(cluster.dir, { recursive: true, mode: 0o700 });
  await writeFile(cluster.conf, renderCephConf(cluster));
  await writeFile(join(cluster.dir, 'keyring'), '');
}

async function startMonitor(cluster: Cluster): Promise<void> {
  const { dir, conf, fsid, ports, signal } = cluster;
  const map = join(dir, 'monmap');
  await run(cluster, 'monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[${monitorAddress(ports)}]`, map]);
  await mkdir(join(dir, 'mon'));
  await run(cluster, 'ceph-mon', ['-c', conf, '-i', 'a', '--mkfs', '--monmap', map]);
  const monitor = await start(cluster, 'ceph-mon', ['-i', 'a']);
  await monitor.untilReady(() => ceph(cluster, 'fsid'), signal);
}

async function startOsd(cluster: Cluster): Promise<void> {
  const { dir, conf, signal } = cluster;
  const uuid = randomUUID();
  await mkdir(join(dir, 'osd'));
  await ceph(cluster, 'osd', 'new', uuid, '0');
  await run(cluster, 'ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', uuid]);
  const osd = await start(cluster, 'ceph-osd', ['-i', '0']);
  await osd.untilReady(async () => {
    const status = await ceph(cluster, 'osd', 'stat');
    if (!status.includes('1 up')) throw new Error(status);
  }, signal);
}

async function createUser(cluster: Cluster): Promise<void> {
  const { accessKeyId, secretAccessKey } = cluster.credentials;
  const user = [
    '--uid=imagemill',
    '--display-name=imagemill',
    '--access-key',
    accessKeyId,
    '--secret',
    secretAccessKey,
  ];
  await run(cluster, 'radosgw-admin', ['-c', cluster.conf, '-n', 'client.rgw.a', 'user', 'create', ...user]);
}

async function startGateway(cluster: Cluster): Promise<void> {
  const { ports, signal } = cluster;
  const gateway = await start(cluster, 'radosgw', ['-n', 'client.rgw.a']);
  await gateway.untilReady(async () => {
    const timeout = AbortSignal.timeout(5_000);
    const answer = await fetch(`http://127.0.0.1:${ports.gateway}/`, { signal: AbortSignal.any([timeout, signal]) });
    if (!answer.ok) throw new Error(`the gateway answers ${answer.status}`);
  }, signal);
}

async function start({ dir, conf, daemons, onProgress }: Cluster, program: string, args: string[]): Promise<Daemon> {
  onProgress(`starting ${program}`);
  const daemon = await startDaemon({ dir, program, args: ['-c', conf, ...args, '-f'] });
  daemons.push(daemon);
  return daemon;
}

function ceph(cluster: Cluster, ...args: string[]): Promise<string> {
  return run(cluster, 'ceph', ['-c', cluster.conf, '--connect-timeout', '10', ...args]);
}

async function run({ signal }: Cluster, program: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await execute(program, args, { timeout: 60_000, killSignal: 'SIGKILL', signal });
    return stdout;
  } catch (error) {
    signal.throwIfAborted();
    throw new CephError(error instanceof Error ? error.message : `${program} failed`, error);
  }
}
