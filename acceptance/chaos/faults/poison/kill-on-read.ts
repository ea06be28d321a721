import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { parseOriginalKey } from '@imagemill/variants';

/**
 * Loaded before a worker by `node --import`: ends the process at once, as a crash in native code would, when it has read
 * the original of one of the images whose ids stand in the file POISON_FILE, one a line.
 */
subscribe('http.client.response.finish', (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const [, , ...key] = new URL(request.path, 'http://storage').pathname.split('/');
  const imageId = parseOriginalKey(key.join('/'))?.imageId;
  if (request.method !== 'GET' || imageId === undefined) return;
  const poison = readFileSync(process.env.POISON_FILE ?? '', 'utf8').split('\n');
  if (poison.includes(imageId)) response.once('end', () => process.kill(process.pid, 'SIGKILL'));
});
