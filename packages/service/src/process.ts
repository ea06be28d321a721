import { StartUpError } from './start-up.ts';

interface RunningApp {
  /** Shuts the app down gracefully; the process exits with 0 once it resolves. */
  close(): Promise<void>;
}

/**
 * Runs an app until SIGTERM or SIGINT. The first signal shuts it down gracefully, a second one exits at once. If there is an IPC
 * channel to a parent process, the app also shuts down when the parent exits, and never outlives the stack that started it.
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
