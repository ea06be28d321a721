import { createLogger, createRegistry, parseEnv, runProcess, startProcessTracing } from '@imagemill/service';
import { checkBackends, openBackends } from './backends.ts';
import { buildWorker } from './build-worker.ts';
import { workerEnv } from './env.ts';

await runProcess(async () => {
  const env = parseEnv(workerEnv, process.env);
  const logger = createLogger('worker', env.LOG_LEVEL);
  const tracing = await startProcessTracing(env, 'worker', logger);
  const backends = openBackends(env, logger);
  await checkBackends(backends);
  const worker = await buildWorker(env, backends, {
    logger,
    registry: createRegistry(),
  });
  await worker.start();
  return {
    async close() {
      logger.info('closing');
      await worker.close();
      await tracing.close();
      logger.info('closed');
    },
  };
});
