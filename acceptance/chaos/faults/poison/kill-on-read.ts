import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { parseOriginalKey } from '@imagemill/variants';

/**
 * Loaded before a worker with `node --import`. Kills the process, like a crash in native code, after it has read the original of
 * an image whose id is in the file POISON_FILE (one id per line).
 */
subscribe('http.client.response.finish', (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const [, , ...key] = new URL(request.path, 'http://storage').pathname.split('/');
  const imageId = parseOriginalKey(key.join('/'))?.imageId;
  if (request.method !== 'GET' || imageId === undefined) return;
  const poison = readFileSync(process.env.POISON_FILE ?? '', 'utf8').split('\n');
  if (poison.includes(imageId)) response.once('end', () => process.kill(process.pid, 'SIGKILL'));
});
