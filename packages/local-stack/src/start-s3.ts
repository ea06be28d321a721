import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimPort } from './loopback-port.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';

export interface StartS3Options {
  /** Folder for the objects (in `s3/`) and the log (in `logs/`); created if missing. */
  readonly dir: string;
  /** 0 or absent picks a free one. */
  readonly port?: number;
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Buckets that exist once it has started. */
  readonly buckets?: readonly string[];
  /** The URL that receives object-created events, its bearer token, and the key prefix. */
  readonly events?: { readonly url: string; readonly token: string; readonly keyPrefix: string };
}

export interface S3Process extends NodeProcess {
  readonly endpoint: string;
}

/** Starts the embedded S3 server as a separate process, which ends when this one does. */
export async function startS3(options: StartS3Options): Promise<S3Process> {
  const port = await claimPort('127.0.0.1', options.port ?? 0);
  const logs = join(options.dir, 'logs');
  await mkdir(logs, { recursive: true });
  const process_ = await startNodeProcess({
    name: 'the S3 server',
    entry: fileURLToPath(new URL('./s3/main.ts', import.meta.url)),
    env: {
      ...process.env,
      S3_HOST: '127.0.0.1',
      S3_PORT: String(port),
      S3_REGION: options.region,
      S3_DATA_DIR: join(options.dir, 's3'),
      S3_ACCESS_KEY_ID: options.accessKeyId,
      S3_SECRET_ACCESS_KEY: options.secretAccessKey,
      S3_BUCKETS: options.buckets?.join(','),
      S3_EVENTS_WEBHOOK_URL: options.events?.url,
      S3_EVENTS_WEBHOOK_TOKEN: options.events?.token,
      S3_EVENTS_KEY_PREFIX: options.events?.keyPrefix,
    },
    logFile: join(logs, 's3.log'),
  });
  return { ...process_, endpoint: `http://127.0.0.1:${port}` };
}
