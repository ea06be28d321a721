import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
