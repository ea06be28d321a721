import type { Stack } from './bring-up.ts';
import { launcherGone } from './launchers.ts';

/**
 * Brings a stack up, does `once` with it, and holds it until somebody ends it or one of its parts ends by itself. A
 * second signal ends this process at once; its children see that and end too.
 */
export async function stayUp(
  bringUp: (signal: AbortSignal) => Promise<Stack>,
  once: (stack: Stack, signal: AbortSignal) => Promise<void>,
): Promise<never> {
  // Who only read the first lines, or was interrupted with us, is no reason to end, or not to end in order.
  process.stdout.on('error', () => {});
  const ending = new AbortController();
  const { signal } = ending;
  let exitCode: number | undefined;
  // Only the first reason counts: parts that end while the stack closes are no news.
  const endWith = (code: number) => (words: string) => {
    if (exitCode !== undefined) return;
    exitCode = code;
    process.stdout.write(`\n${words} Stopping.\n`);
    ending.abort();
  };
  const asked = Promise.race([firstSignal(), launcherGone()]).then(endWith(0));
  const stack = await bringUp(signal).catch((error: unknown) => {
    // What was left half done because it had to end is no failure.
    if (exitCode === undefined) throw error;
    process.exit(exitCode);
  });
  try {
    const broken = stack.broken.then(endWith(1));
    const used = signal.aborted ? asked : once(stack, signal).then(() => new Promise<never>(() => {}));
    await Promise.race([asked, broken, used]);
  } finally {
    await stack.close();
  }
  process.exit(exitCode);
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
