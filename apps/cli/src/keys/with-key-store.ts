import { once } from 'node:events';
import { AppError } from '@imagemill/errors';
import type { KeyStore } from '@imagemill/keys';
import { parseEnv } from '@imagemill/service/environment';
import { keysEnv } from '../env.ts';
import { connectionFailure, FailureToExplain } from '../explain.ts';
import { readStackFile } from '../stack/stack-file.ts';

const CONNECT_WITHIN_MS = 5_000;

/**
 * Runs `use` on the keys in the Redis of REDIS_URL, or of the local stack.
 *
 * @throws FailureToExplain if there is no such Redis, or it does not respond
 */
export async function withKeyStore<T>(use: (store: KeyStore) => Promise<T>): Promise<T> {
  const env = parseEnv(keysEnv, process.env);
  const url = env.REDIS_URL ?? (await readStackFile(env.IMAGEMILL_DIR))?.redisUrl;
  if (url === undefined) {
    throw new FailureToExplain(
      'No local stack is running in this folder. Set REDIS_URL to the Redis of your API, or create a key for API_KEYS with --print-env.',
    );
  }
  // Loaded here, not at import: no other command needs a Redis client.
  const [{ createKeyStore }, { createProducerConnection, redisAddress }] = await Promise.all([
    import('@imagemill/keys'),
    import('@imagemill/queue/connection'),
  ]);
  const redis = createProducerConnection(redisAddress({ ...env, REDIS_URL: url }));
  let failure: unknown = 'no response';
  redis.on('error', (error) => {
    failure = error;
  });
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_WITHIN_MS) }).catch(() => {
      // Without the URL: it may hold a password.
      throw new FailureToExplain(`The Redis at ${new URL(url).host} cannot be used: ${connectionFailure(failure)}`);
    });
    return await use(createKeyStore(redis, env.QUEUE_PREFIX));
  } catch (error) {
    if (error instanceof AppError) throw new FailureToExplain(error.publicMessage, { cause: error });
    throw error;
  } finally {
    redis.disconnect();
  }
}
