export { flag, httpUrl, list, parseEnv, serviceEnv, whole } from './environment.ts';
export { parseJsonFile } from './json-file.ts';
export { createLogger, type Logger } from './logger.ts';
export { runProcess } from './process.ts';
export { StartUpError, startUpChecks } from './start-up.ts';
