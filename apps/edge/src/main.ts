import { setFlagsFromString } from 'node:v8';
import { createLogger, createRegistry, parseEnv, runProcess, startProcessTracing } from '@imagemill/service';
import { checkBackends, openBackends } from './backends.ts';
import { buildEdge } from './build-edge.ts';
import { edgeEnv } from './env.ts';

// By default the heap of a mostly idle process grows by 8 MB between two full collections, which originals fill in a few misses. Each
// collection marks the whole heap, about 15 MB. V8 bounds the growth by buffers on its own: 64 MB after the last collection.
setFlagsFromString('--heap-growing-percent=400');

await runProcess(async () => {
  const env = parseEnv(edgeEnv, process.env);
  const logger = createLogger('edge', env.LOG_LEVEL);
  const tracing = await startProcessTracing(env, 'edge', logger);
  const backends = openBackends(env, logger);
  await checkBackends(backends);
  const edge = await buildEdge(env, backends, {
    logger,
    registry: createRegistry(),
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
