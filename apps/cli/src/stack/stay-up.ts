import type { Stack } from './bring-up.ts';
import { launcherGone } from './launchers.ts';

/**
 * Starts a stack, calls `once` with it, and keeps it running until a signal, the exit of its launcher, or the failure of
 * a part. A second signal ends this process at once; its children detect that and exit too.
 */
export async function stayUp(
  bringUp: (signal: AbortSignal) => Promise<Stack>,
  once: (stack: Stack, signal: AbortSignal) => Promise<void>,
): Promise<never> {
  // A closed pipe (`| head`, or a reader that Ctrl-C ended) must neither end the stack nor interrupt its shutdown.
  process.stdout.on('error', () => {});
  const ending = new AbortController();
  const { signal } = ending;
  let exitCode: number | undefined;
  // Only the first reason counts: parts are expected to exit while the stack closes.
  const endWith = (code: number) => (reason: string) => {
    if (exitCode !== undefined) return;
    exitCode = code;
    process.stdout.write(`\n${reason} Stopping.\n`);
    ending.abort();
  };
  const stopRequested = Promise.race([firstSignal(), launcherGone()]).then(endWith(0));
  const stack = await bringUp(signal).catch((error: unknown) => {
    // An interrupted start is not a failure.
    if (exitCode === undefined) throw error;
    process.exit(exitCode);
  });
  try {
    const broken = stack.broken.then(endWith(1));
    const used = signal.aborted ? stopRequested : once(stack, signal).then(() => new Promise<never>(() => {}));
    await Promise.race([stopRequested, broken, used]);
  } catch (error) {
    exitCode ??= 1;
    throw error;
  } finally {
    await stack.close();
  }
  process.exit(exitCode);
}

/** Not SIGHUP: its default action ends us and our children, and a handler would override `nohup`. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (seen) process.exit(130);
        seen = true;
        resolve(`Received ${signal}.`);
      });
    }
  });
}
