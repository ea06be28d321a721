import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';

const program = fileURLToPath(new URL('../../deploy/edge/nginx/purge-receiver.ts', import.meta.url));

/** Starts the purge receiver beside a cache, and sends it messages in the form of the workers' purge webhook. */
export async function startPurgeReceiver(cacheDir: string) {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const env = {
    ...process.env,
    CACHE_DIR: cacheDir,
    PURGE_WEBHOOK_SECRETS: secret,
    PURGE_PORT: '0',
    PURGE_HOST: '127.0.0.1',
  };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [first] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${/"port":(\d+)/.exec(String(first))?.[1]}`;
  child.stdout.resume();
  return {
    url,
    secret,
    /** @returns the status */
    async purge(imageId: string, { signedWith = secret, sentAt = new Date() } = {}): Promise<number> {
      const timestamp = sentAt.toISOString();
      const body = JSON.stringify({ type: 'purge', timestamp, imageId, reason: 'deleted', tags: [imageId] });
      const id = `purge_${imageId}`;
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': new Webhook(signedWith).sign(id, sentAt, body),
      };
      return (await fetch(url, { method: 'POST', headers, body })).status;
    },
    async stop(): Promise<void> {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
