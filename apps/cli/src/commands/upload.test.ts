import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';

const photo = 'examples/photos/avatar.jpg';
const onTerminal = ['--import', 'data:text/javascript,process.stdout.isTTY=true'];

/** One never answers; the other rejects every request, with control characters in its message. */
let silent: Server;
let rude: Server;
let dir: string;
beforeAll(async () => {
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  rude = createServer((_request, response) => {
    response.writeHead(418, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code: 'rude', detail: 'clear \u001b[2J and title \u001b]0;x\u0007' }));
  }).listen(0, '127.0.0.1');
  dir = await mkdtemp(join(tmpdir(), 'imagemill-upload-'));
});
afterAll(async () => {
  for (const server of [silent, rude]) {
    server.closeAllConnections();
    server.close();
  }
  await rm(dir, { recursive: true });
});

function upload(server: Server, { node = [] as string[], args = [photo] } = {}) {
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const command = [...node, 'apps/cli/imagemill.mjs', 'upload', ...args, '--api', api, '--key', 'k'];
  return spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function end(child: ChildProcessByStdio<null, Readable, Readable>) {
  const heard = { out: '', err: '' };
  child.stdout.on('data', (data) => {
    heard.out += String(data);
  });
  child.stderr.on('data', (data) => {
    heard.err += String(data);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...heard };
}

test('Ctrl-C ends it with a summary and 130, and gives the terminal its cursor and its line breaks back', async () => {
  const child = upload(silent, { node: onTerminal });
  child.stdout.once('data', () => child.kill('SIGINT'));
  const { code, out } = await end(child);
  expect(code).toBe(130);
  expect(out).toContain('Interrupted: 1 not uploaded.');
  expect(out).toContain('\u001b[?25l');
  expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l'));
  expect(out.lastIndexOf('\u001b[?7h')).toBeGreaterThan(out.lastIndexOf('\u001b[?7l'));
});

test('ends without a message when the reader of its output is gone', async () => {
  const child = upload(rude, { args: [photo, '--json'] });
  child.stdout.destroy();
  expect(await end(child)).toMatchObject({ code: 1, err: '' });
});

test('strips control characters from file names and from server messages', async () => {
  const file = join(dir, 'red\u001b[31m.jpg');
  await writeFile(file, 'x');
  const { code, out } = await end(upload(rude, { args: [file] }));
  expect(code).toBe(1);
  expect(out).toContain('red\uFFFD[31m.jpg: clear \uFFFD[2J and title');
  expect(out).not.toContain('\u001b');
});
