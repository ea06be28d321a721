import { startTracing, type Tracing, type TracingEnv } from '@imagemill/tracing';
import type { Logger } from './logger.ts';

/** Records the spans of a program, if its environment names a receiver. Trouble with the receiver is logged once per outage. */
export const startProcessTracing = (env: TracingEnv, app: string, logger: Logger): Promise<Tracing> =>
  startTracing(env, {
    app,
    onTrouble: (err) => logger.warn({ err }, 'traces cannot be sent'),
    onRecovery: () => logger.info('traces are sent again'),
  });
