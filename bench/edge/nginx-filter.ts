import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quality, SIDE } from './settings.ts';

const PROGRAM = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_http_image_filter_module.so';

/** Debian's nginx with image_filter (libnginx-mod-http-image-filter), if it is installed: resizes to JPEG, from its own disk. */
export async function startNginxFilter(options: { dir: string; port: number; sourcesDir: string }) {
  if (!existsSync(PROGRAM) || !existsSync(MODULE)) return undefined;
  const { dir, port, sourcesDir } = options;
  const path = join(dir, 'nginx.conf');
  await writeFile(path, configuration(options));
  const child = spawn(PROGRAM, ['-p', dir, '-c', path], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`nginx could not be started with ${path} for ${sourcesDir}.`);
    await delay(20);
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { url, pid: child.pid ?? 0, stop };
}

const configuration = ({ dir, port, sourcesDir }: { dir: string; port: number; sourcesDir: string }) => `
load_module ${MODULE};
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid ${dir}/nginx.pid;
error_log ${dir}/nginx.log;
worker_processes auto;
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/nginx-body;
  proxy_temp_path ${dir}/nginx-proxy;
  fastcgi_temp_path ${dir}/nginx-fastcgi;
  uwsgi_temp_path ${dir}/nginx-uwsgi;
  scgi_temp_path ${dir}/nginx-scgi;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      root ${sourcesDir};
      image_filter resize ${SIDE} ${SIDE};
      image_filter_jpeg_quality ${quality.jpeg};
      image_filter_buffer 64M;
    }
  }
}
`;
