import { createLogger, createRegistry, parseEnv, runProcess } from '@imagemill/service';
import { checkBackends, openBackends } from './backends.ts';
import { buildEdge } from './build-edge.ts';
import { edgeEnv } from './env.ts';

await runProcess(async () => {
  const env = parseEnv(edgeEnv, process.env);
  const logger = createLogger('edge', env.LOG_LEVEL);
  const backends = openBackends(env, logger);
  await checkBackends(backends);
  const edge = await buildEdge(env, backends, {
    logger,
    registry: createRegistry(),
    allocator: process.env.LD_PRELOAD,
  });
  await edge.listen();
  return {
    async close() {
      logger.info('closing');
      await edge.close();
      logger.info('closed');
    },
  };
});
