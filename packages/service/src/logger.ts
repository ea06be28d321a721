import { type Logger, pino } from 'pino';

export type { Logger };

/** Whatever a log line is given under these names is a secret, or opens one. */
const secret = ['authorization', 'uploadUrl', 'headers.authorization', 'apiKey', 'secretAccessKey', 'followToken'];

/** JSON lines on standard output, with the app's name in each. */
export function createLogger(app: string, level: string): Logger {
  return pino({
    level,
    base: { app, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  });
}
