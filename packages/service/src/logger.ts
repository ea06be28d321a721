import { activeTrace } from '@imagemill/tracing';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { createLogLines } from './log-lines.ts';

export type { Logger };

/** Fields that hold secrets, or URLs that grant access. */
const secret = ['authorization', 'uploadUrl', 'headers.authorization', 'apiKey', 'secretAccessKey', 'followToken'];

/** Secrets by their pattern: those that end up in a message, a stack or a field with another name. */
const redactions: readonly (readonly [RegExp, string])[] = [
  [/im_live_[\w-]+/g, 'im_live_[redacted]'],
  [/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted token]'],
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"'\\]+/gi, '$1[redacted]'],
];

const redactLine = (line: string) => redactions.reduce((text, [form, shown]) => text.replace(form, shown), line);

/**
 * The properties of an error that are logged. All others are dropped: a Redis error carries its command with all arguments,
 * including a password or a seller's data.
 */
function shownError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { type: name, message, code, stack, ...(cause !== undefined && { cause: shownError(cause) }) };
}

/** Logs JSON lines to standard output, with the app's name and the trace in each line, and secrets redacted. */
export function createLogger(app: string, level: string, destination: DestinationStream = createLogLines()): Logger {
  const options: LoggerOptions = {
    level,
    base: { app, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: shownError },
    mixin: () => activeTrace() ?? {},
    hooks: { streamWrite: redactLine },
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  };
  return pino(options, destination);
}
