import { StartUpError } from './start-up.ts';

interface RunningApp {
  /** Ends the app in order; the process exits 0 once it resolves. */
  close(): Promise<void>;
}

/**
 * Runs an app until SIGTERM or SIGINT. The first signal closes it in order, a second ends the process at once. With an
 * IPC channel to a parent it also closes when that parent is gone, so that no app outlives the stack that started it.
 */
export async function runProcess(start: () => Promise<RunningApp>): Promise<void> {
  let app: RunningApp;
  try {
    app = await start();
  } catch (error) {
    process.stderr.write(`${startUpFailure(error)}\n`);
    process.exit(1);
  }
  let closing = false;
  const close = () => {
    if (closing) process.exit(130);
    closing = true;
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${startUpFailure(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, close);
  process.once('disconnect', close);
  process.send?.('ready');
}

function startUpFailure(error: unknown): string {
  if (error instanceof StartUpError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
