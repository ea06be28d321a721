import type { Stack } from './bring-up.ts';
import { launcherGone } from './launchers.ts';

interface End {
  readonly exitCode: number;
}

/**
 * Brings a stack up, does `once` with it, and holds it until somebody ends it or one of its parts ends by itself. A
 * second signal ends this process at once; its children see that and end too.
 */
export async function stayUp(bringUp: () => Promise<Stack>, once: (stack: Stack) => Promise<void>): Promise<never> {
  let isAsked = false;
  const asked = Promise.race([firstSignal(), launcherGone()]).then((words): End => {
    isAsked = true;
    process.stdout.write(`\n${words} Stopping.\n`);
    return { exitCode: 0 };
  });
  const stack = await bringUp();
  try {
    const broken = stack.broken.then((words): End => {
      process.stdout.write(`\n${words} Stopping.\n`);
      return { exitCode: 1 };
    });
    const used = isAsked ? undefined : once(stack).then(() => new Promise<never>(() => {}));
    const end = await Promise.race([asked, broken, ...(used ? [used] : [])]);
    process.exitCode = end.exitCode;
  } finally {
    await stack.close();
  }
  process.exit();
}

/** Not SIGHUP: without a handler it ends us, and our children with us, unless `nohup` says that it must not. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (seen) process.exit(130);
        seen = true;
        resolve(signal);
      });
    }
  });
}
