import { createLogger, createRegistry, parseEnv, runProcess, startProcessTracing } from '@imagemill/service';
import { checkBackends, openBackends } from './backends.ts';
import { buildApi } from './build-api.ts';
import { apiEnv } from './env.ts';

await runProcess(async () => {
  const env = parseEnv(apiEnv, process.env);
  const logger = createLogger('api', env.LOG_LEVEL);
  const tracing = await startProcessTracing(env, 'api', logger);
  const backends = openBackends(env, logger);
  await checkBackends(env, backends, logger);
  const api = await buildApi(env, backends, { logger, registry: createRegistry() });
  await api.listen();
  return {
    async close() {
      logger.info('closing');
      await api.close();
      await tracing.close();
      logger.info('closed');
    },
  };
});
