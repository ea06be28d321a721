import type { S3ServerOptions } from './server.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type ParsedEnv =
  | { readonly ok: true; readonly options: S3ServerOptions }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the `S3_*` variables and names everything that is wrong with them at once. */
export function parseEnv(env: Env): ParsedEnv {
  const problems: string[] = [];
  const required = (name: string) => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} is missing`);
    return value;
  };
  const dataDir = required('S3_DATA_DIR');
  const credentials = { accessKeyId: required('S3_ACCESS_KEY_ID'), secretAccessKey: required('S3_SECRET_ACCESS_KEY') };
  const port = parsePort(required('S3_PORT'), problems);
  const eventWebhook = parseWebhook(env, problems);
  if (problems.length > 0) return { ok: false, problems };
  const host = env.S3_HOST ? { host: env.S3_HOST } : {};
  const region = env.S3_REGION ? { region: env.S3_REGION } : {};
  return { ok: true, options: { ...host, ...region, port, dataDir, credentials, ...eventWebhook } };
}

function parsePort(text: string, problems: string[]): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (text !== '' && (port < 0 || port > 65_535)) problems.push('S3_PORT must be a number from 0 to 65535');
  return port;
}

function parseWebhook(env: Env, problems: string[]): Pick<S3ServerOptions, 'eventWebhook'> {
  const { S3_EVENTS_WEBHOOK_URL: url, S3_EVENTS_WEBHOOK_TOKEN: token } = env;
  if (!url) {
    if (token) problems.push('S3_EVENTS_WEBHOOK_TOKEN needs S3_EVENTS_WEBHOOK_URL');
    return {};
  }
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) problems.push('S3_EVENTS_WEBHOOK_URL must be an http(s) URL');
  return { eventWebhook: { url, ...(token && { headers: { authorization: `Bearer ${token}` } }) } };
}
