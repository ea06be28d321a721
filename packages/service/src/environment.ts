import { tracingEnv } from '@imagemill/tracing/env';
import { z } from 'zod';
import { StartUpError } from './start-up.ts';

export type EnvSource = Readonly<Record<string, string | undefined>>;

/** Lists every missing or invalid environment variable in one message. */
export class InvalidEnvironmentError extends StartUpError {
  constructor(problems: readonly string[]) {
    super('Invalid environment variables:', problems);
  }
}

/**
 * Reads an app's settings from its environment. A variable set to the empty string counts as not set, as in
 * docker-compose's `${NAME:-}`.
 *
 * @throws InvalidEnvironmentError with the name of every missing or invalid variable, but never a value: it may be a secret
 */
export function parseEnv<Schema extends z.ZodObject>(schema: Schema, source: EnvSource): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new InvalidEnvironmentError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? '');
      return name in set ? `${name}: ${issue.message}` : `${name} is not set`;
    }),
  );
}

/** A variable that is an http:// or https:// URL. */
export const httpUrl = () => z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' });

/** A variable that is a whole number, in plain digits. */
export function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error));
}

/** A variable that is `true` or `false`. */
export const flag = () => z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');

/** A variable that holds values separated by commas. */
export const list = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** The environment variables of every long-running process. */
export const serviceEnv = {
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .default('info')
    .describe('minimum level that is logged'),
  CDN_BASE_URL: httpUrl().describe('public URL of the CDN bucket; every rendition URL starts with it'),
  VARIANT_SETS_FILE: z
    .string()
    .optional()
    .describe('JSON file with your own variant sets, by category; the same file for all processes'),
  METRICS_PORT: whole(0, 65_535)
    .optional()
    .describe('port that serves `GET /metrics` for Prometheus; 0 picks a free one; none if not set'),
  METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address that METRICS_PORT listens on; `0.0.0.0` for a Prometheus on another machine'),
  SHUTDOWN_GRACE_MS: whole(0, 600_000).prefault('30000').describe('time limit for work in flight after SIGTERM'),
  ...tracingEnv,
};
