import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

/** Whatever a log line is given under these names is a secret, or opens one. */
const secret = ['authorization', 'uploadUrl', 'headers.authorization', 'apiKey', 'secretAccessKey', 'followToken'];

/** Secrets by their form, for those that got into a message, a stack or a name that nobody thought of. */
const disguises: readonly (readonly [RegExp, string])[] = [
  [/im_live_[\w-]+/g, 'im_live_[redacted]'],
  [/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted token]'],
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"'\\]+/gi, '$1[redacted]'],
];

const disguise = (line: string) => disguises.reduce((text, [form, shown]) => text.replace(form, shown), line);

/**
 * What a log says of an error, and nothing else: an error of Redis carries its command with all arguments, a password or
 * a seller's data among them.
 */
function shownError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { type: name, message, code, stack, ...(cause !== undefined && { cause: shownError(cause) }) };
}

/** JSON lines on standard output, with the app's name in each and no secret in any. */
export function createLogger(app: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { app, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: shownError },
    hooks: { streamWrite: disguise },
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
