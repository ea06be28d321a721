import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestServers } from '@imagemill/local-stack/test-support';
import { inject } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface RunningStack {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly adminKey: string;
  readonly cdnBaseUrl: string;
  readonly s3Endpoint: string;
  readonly cdnBucket: string;
  readonly consoleUrl?: string;
  readonly edgeUrl?: string;
  readonly dir: string;
  readonly pids: { readonly stack: number; readonly api: number; readonly workers: readonly number[] };
  /** The output so far. */
  printed(): string;
  /** Sends the signal and waits for the exit. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts imagemill as users do, with the run's Redis and S3 server, and with separate buckets and a separate queue.
 *
 * @param env overrides; with an empty REDIS_URL or S3_ENDPOINT the stack starts its own server
 * @param command the command that starts it; `imagemill stack` by default
 * @param servers the run's servers, if `inject` is not available
 */
export async function startStack(
  env: Readonly<Record<string, string>> = {},
  [command, ...args]: [string, ...string[]] = [process.execPath, 'apps/cli/imagemill.mjs', 'stack'],
  { redisUrl, s3 }: TestServers = inject('servers'),
): Promise<RunningStack> {
  const id = randomBytes(4).toString('hex');
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-acceptance-'));
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      IMAGEMILL_DIR: dir,
      API_PORT: '0',
      EDGE_PORT: '0',
      // Most tests need no edge, and each engine process that starts costs CPU.
      EDGES: '0',
      ENGINE_PROCESSES: '1',
      S3_PORT: '0',
      REDIS_URL: redisUrl,
      QUEUE_PREFIX: `accept-${id}`,
      S3_ENDPOINT: s3.endpoint,
      S3_REGION: s3.region,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      ORIGINALS_BUCKET: `originals-${id}`,
      CDN_BUCKET: `cdn-${id}`,
      ...env,
    },
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  let output = '';
  const up = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('imagemill is up.')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exit.then(() => reject(new Error(`The stack ended before it was up:\n${output}`)));
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const [code] = await exit;
    await rm(dir, { recursive: true, force: true });
    return code;
  };
  try {
    await up;
    const file = JSON.parse(await readFile(join(env.IMAGEMILL_DIR ?? dir, 'stack.json'), 'utf8')) as Omit<
      RunningStack,
      'stop' | 'dir' | 'printed'
    >;
    return { ...file, dir, printed: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
