import type { createProducerConnection } from '@imagemill/queue';

export type RedisConnection = ReturnType<typeof createProducerConnection>;
