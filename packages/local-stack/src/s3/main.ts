import { parseEnv } from './env.ts';
import { createS3Server, type S3Server, type S3ServerOptions } from './server.ts';

const env = parseEnv(process.env);
if (env.ok) await serve(env.options);
else fail(`The S3 server cannot start: ${env.problems.join('; ')}.`);

async function serve(options: S3ServerOptions): Promise<void> {
  try {
    const server = await createS3Server(options);
    console.log(`S3 server listens on ${server.endpoint}, data in ${options.dataDir}`);
    closeOnce(server);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function closeOnce(server: S3Server): void {
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => fail(`The S3 server did not close cleanly: ${String(error)}`),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  // With an IPC channel there is a parent, and without it nobody to stop us.
  if (process.connected) process.on('disconnect', close);
}

function fail(message: string): void {
  console.error(message);
  process.exit(1);
}
