import { setFlagsFromString } from 'node:v8';
import { createLogger, createRegistry, parseEnv, runProcess, startProcessTracing } from '@imagemill/service';
import { checkBackends, openBackends } from './backends.ts';
import { buildEdge } from './build-edge.ts';
import { edgeEnv } from './env.ts';

// By default the heap of a mostly idle process grows by 8 MB between two full collections, which originals fill in a few misses. Each
// collection marks the whole heap: with 12-megapixel originals they took a third of this process's CPU, and this setting halves that.
setFlagsFromString('--heap-growing-percent=100');

await runProcess(async () => {
  const env = parseEnv(edgeEnv, process.env);
  const logger = createLogger('edge', env.LOG_LEVEL);
  const tracing = await startProcessTracing(env, 'edge', logger);
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
      await tracing.close();
      logger.info('closed');
    },
  };
});
