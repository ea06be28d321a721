export { flag, httpUrl, list, parseEnv, serviceEnv, whole } from './environment.ts';
export { type InternalServer, startInternalServer } from './internal-server.ts';
export { parseJsonFile } from './json-file.ts';
export { createLogger, type Logger } from './logger.ts';
export { createRegistry, startMetricsServer } from './metrics-server.ts';
export { runProcess } from './process.ts';
export { startProcessTracing } from './process-tracing.ts';
export { readFlags } from './read-flags.ts';
export { StartUpError, startUpChecks } from './start-up.ts';
