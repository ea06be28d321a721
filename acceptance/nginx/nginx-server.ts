import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const template = new URL('../../deploy/edge/nginx/imagemill.conf.template', import.meta.url);

/** Part of util-linux: sets attributes that only the process itself can set, then executes the program. */
const LAUNCHER = 'setpriv';

export const nginxProgram = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((path) =>
  existsSync(path),
);

export interface Nginx {
  readonly url: string;
  readonly cacheDir: string;
  /** The error log so far. */
  printed(): string;
  stop(): Promise<void>;
}

/** Starts Debian's nginx with `deploy/edge/nginx/imagemill.conf.template` between the two origins. */
export async function startNginx(origins: { bucket: string; edge: string }): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-nginx-'));
  const [port = 0, internalPort = 0] = await freePorts(2);
  const cacheDir = join(dir, 'cache');
  const variables = {
    CACHE_PORT: `127.0.0.1:${port}`,
    INTERNAL_PORT: String(internalPort),
    BUCKET_ORIGIN: origins.bucket,
    EDGE_ORIGIN: origins.edge,
    DNS_RESOLVER: '127.0.0.1',
    CACHE_DIR: cacheDir,
    CACHE_SIZE: '1g',
    ACCESS_LOG: join(dir, 'access.log'),
  };
  await mkdir(join(dir, 'temp'));
  await writeFile(join(dir, 'imagemill.conf'), substitute(await readFile(template, 'utf8'), variables));
  await writeFile(join(dir, 'nginx.conf'), mainConf(dir));

  // The parent-death signal ends nginx even if this process is killed.
  const command = ['--pdeathsig', 'TERM', `${nginxProgram}`, '-p', dir, '-c', join(dir, 'nginx.conf')];
  const child = spawn(LAUNCHER, command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const exit = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
    await rm(dir, { recursive: true, force: true });
  };
  while (!(await isUp(url))) {
    if (child.exitCode !== null) throw new Error(`nginx ended at start:\n${output}`);
  }
  return { url, cacheDir, printed: () => output, stop };
}

/** What envsubst does: replaces the given variables only. nginx's own have no braces. */
function substitute(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

// Workers of a nginx that root starts run as nobody, which cannot enter the test's folder.
const mainConf = (dir: string) => `
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${dir}/nginx.pid;
daemon off;
error_log stderr warn;
worker_processes 1;
worker_rlimit_nofile 8192;
events { worker_connections 2048; }
http {
  client_body_temp_path ${dir}/temp/body;
  proxy_temp_path ${dir}/temp/proxy;
  fastcgi_temp_path ${dir}/temp/fastcgi;
  uwsgi_temp_path ${dir}/temp/uwsgi;
  scgi_temp_path ${dir}/temp/scgi;
  include ${dir}/imagemill.conf;
}
`;

const isUp = (url: string) =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
  );

async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}
