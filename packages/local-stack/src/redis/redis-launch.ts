import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { CONTAINER_IMAGE } from './container-redis.ts';
import type { GuardedCommand } from './guarded-process.ts';
import type { RedisServerBinary } from './redis-server-binary.ts';

export interface LaunchRequest {
  readonly server: RedisServerBinary;
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly appendOnly: boolean;
  readonly password?: string | undefined;
  readonly settings: readonly string[];
  readonly isSentinel: boolean;
}

export interface RedisLaunch extends Pick<GuardedCommand, 'command' | 'args' | 'afterwards'> {
  readonly conf: string;
  /** The server's own process id; distinguishes it from other servers on the same port. */
  readonly confPath: string;
}

export const CONF_NAME = 'redis.conf';

export function planLaunch(request: LaunchRequest): RedisLaunch {
  return request.server.kind === 'container' ? inContainer(request) : onThisHost(request);
}

function onThisHost({ server, dir, host, port, appendOnly, ...more }: LaunchRequest): RedisLaunch {
  const { password, settings, isSentinel } = more;
  const confPath = join(dir, CONF_NAME);
  const conf = renderRedisConf({ bind: host, port, dir, protectedMode: true, appendOnly, password, settings });
  return { command: server.path, args: [confPath, ...(isSentinel ? ['--sentinel'] : [])], conf, confPath };
}

const PORT_INSIDE = 6379;

function inContainer({ server, dir, host, port, appendOnly, password, settings }: LaunchRequest): RedisLaunch {
  const confPath = `/data/${CONF_NAME}`;
  const name = `imagemill-redis-${randomUUID()}`;
  // Inside the container, connections come from the engine's bridge. The port is published only on loopback.
  const inside = { bind: '0.0.0.0', port: PORT_INSIDE, dir: '/data', protectedMode: false };
  return {
    command: server.path,
    args: [
      ...['run', '--rm', '--name', name],
      ...sameUser(server.path),
      ...['--publish', `${host}:${port}:${PORT_INSIDE}`],
      ...['--volume', `${dir}:/data`],
      ...[CONTAINER_IMAGE, 'redis-server', confPath],
    ],
    // Killing the engine's client leaves the container running.
    afterwards: [server.path, 'rm', '--force', name],
    conf: renderRedisConf({ ...inside, appendOnly, password, settings }),
    confPath,
  };
}

/** The data must belong to the user that starts the server. Otherwise that user cannot delete it. */
function sameUser(engine: string): string[] {
  const user = process.getuid?.() ?? 0;
  const group = process.getgid?.() ?? 0;
  // Rootless Podman maps users: without keep-id, the same uid is another user inside.
  const mapping = basename(engine) === 'podman' && user !== 0 ? ['--userns', 'keep-id'] : [];
  return [...mapping, '--user', `${user}:${group}`];
}

interface RedisConf {
  readonly bind: string;
  readonly port: number;
  readonly dir: string;
  readonly appendOnly: boolean;
  readonly protectedMode: boolean;
  readonly password?: string | undefined;
  readonly settings: readonly string[];
}

function renderRedisConf(conf: RedisConf): string {
  const settings: [name: string, value: string][] = [
    ['bind', conf.bind],
    ['port', String(conf.port)],
    ['protected-mode', yesNo(conf.protectedMode)],
    ['daemonize', 'no'],
    ['dir', quote(conf.dir)],
    // The append-only file contains everything; a snapshot would only be older.
    ['save', '""'],
    ['appendonly', yesNo(conf.appendOnly)],
    ['appendfsync', 'everysec'],
    // A queue must never lose a key to eviction.
    ['maxmemory-policy', 'noeviction'],
  ];
  if (conf.password !== undefined) settings.push(['requirepass', quote(conf.password)]);
  const lines = [...settings.map(([name, value]) => `${name} ${value}`), ...conf.settings];
  return lines.map((line) => `${line}\n`).join('');
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** Redis accepts JSON's escapes in double-quoted values, except for rare control characters. */
function quote(value: string): string {
  return JSON.stringify(value);
}
