import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { startQueues } from './queues.ts';

export interface Invocation {
  readonly handler: 'handler' | 'redrive' | 'sweep';
  readonly event: unknown;
  readonly remainingMs: number;
}

/** One environment of a Lambda function: a process with the bundle, and nothing of this one's variables. */
export interface Environment {
  readonly child: ChildProcess;
  /** @throws Error with the message of the handler's error, or if the process has ended */
  invoke(invocation: Invocation): Promise<unknown>;
  close(): Promise<void>;
}

interface Backends {
  readonly s3: Readonly<Record<'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey', string>>;
  readonly originalsBucket: string;
  readonly cdnBucket: string;
  readonly queues: Pick<Awaited<ReturnType<typeof startQueues>>, 'variables'>;
}

/** Where every program of a Lambda deployment finds its buckets and queues. */
export const backendVariables = ({ s3, originalsBucket, cdnBucket, queues }: Backends) => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: s3.region,
  S3_ACCESS_KEY_ID: s3.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  ORIGINALS_BUCKET: originalsBucket,
  CDN_BUCKET: cdnBucket,
  ...queues.variables,
});

/** The variables of a function that renders one entry at a time, without the detector of faces. */
export const functionVariables = (backends: Backends) => ({
  ...backendVariables(backends),
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '2048',
  CDN_BASE_URL: 'https://cdn.test',
  FACE_DETECTION: 'false',
  ENCODE_CONCURRENCY: '1',
  IMAGE_WALL_MS: '60000',
  LOG_LEVEL: 'silent',
});

const RUNTIME = fileURLToPath(new URL('runtime.ts', import.meta.url));

export async function startEnvironment(
  bundle: string,
  variables: Readonly<Record<string, string>>,
): Promise<Environment> {
  const { NODE_COMPILE_CACHE = '' } = process.env;
  const child = fork(RUNTIME, [join(bundle, 'lambda.mjs')], {
    env: { NODE_COMPILE_CACHE, ...variables },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');

  async function answer(): Promise<unknown> {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => [{ error: `ended: ${code}` }]),
    ]);
    if (message.error !== undefined) throw new Error(message.error);
    return message.result;
  }

  await answer();
  return {
    child,
    invoke(invocation) {
      const answered = answer();
      child.send(invocation);
      return answered;
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
