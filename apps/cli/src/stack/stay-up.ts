import type { Stack } from './bring-up.ts';

/**
 * Brings a stack up, does `once` with it, and holds it until a signal or until one of its parts ends. A second signal
 * ends this process at once; its children see that and end too.
 */
export async function stayUp(bringUp: () => Promise<Stack>, once: (stack: Stack) => Promise<void>): Promise<void> {
  const signal = firstSignal();
  const up = bringUp();
  const stack = await Promise.race([up, signal]);
  if (typeof stack === 'string') {
    await up.then((started) => started.close()).catch(() => {});
    process.exit(0);
  }
  const used = once(stack).then(() => new Promise<never>(() => {}));
  try {
    const end = await Promise.race([signal, stack.broken.then((reason) => ({ reason })), used]);
    process.stdout.write(typeof end === 'string' ? '\nStopping.\n' : `\n${end.reason} Stopping the rest.\n`);
    process.exitCode = typeof end === 'string' ? 0 : 1;
  } finally {
    await stack.close();
  }
  process.exit();
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let seen = false;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (seen) process.exit(130);
        seen = true;
        resolve(name);
      });
    }
  });
}
