import { parseEnv } from './env.ts';
import { createS3Server, type S3Server, type S3ServerOptions } from './server.ts';

const env = parseEnv(process.env);
if (env.ok) await serve(env.options);
else fail(`The S3 server cannot start: ${env.problems.join('; ')}.`);

async function serve(options: S3ServerOptions): Promise<void> {
  const starting = createS3Server(options);
  closeWhenTold(starting);
  try {
    const { endpoint } = await starting;
    console.log(`S3 server listens on ${endpoint}, data in ${options.dataDir}`);
    // A parent with an IPC channel waits for this; without one there is no `send`.
    process.send?.('ready');
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function closeWhenTold(starting: Promise<S3Server>): void {
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(`The S3 server did not close cleanly: ${String(error)}`),
      );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  // Only a parent that started us with an IPC channel can disconnect; it has died or has done with us.
  process.on('disconnect', close);
}

function fail(message: string): void {
  console.error(message);
  process.exit(1);
}
