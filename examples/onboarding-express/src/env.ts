import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const Env = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('port of this app; 0 picks a free one'),
  DATABASE_FILE: z.string().default(here('../onboarding.db')).describe('SQLite file, created if it does not exist'),
  IMAGEMILL_URL: z.url().describe("address of imagemill's API"),
  IMAGEMILL_KEY: z.string().min(1).describe('API key with the scope upload'),
  WEBHOOK_SECRET: z.string().startsWith('whsec_').describe('one of the secrets in WEBHOOK_ENDPOINTS_FILE'),
  WEBHOOK_PATIENCE_SECONDS: z.coerce
    .number()
    .min(0)
    .default(10)
    .describe('wait for a webhook before the status is requested'),
});
export type Env = z.infer<typeof Env>;

/** Settings from the environment; missing ones come from the local imagemill stack. */
export function readEnv(env: NodeJS.ProcessEnv = process.env): Env {
  const parsed = Env.safeParse({ ...localStack(env.IMAGEMILL_DIR ?? here('../../../.imagemill')), ...env });
  if (parsed.success) return parsed.data;
  throw new Error(`Start imagemill first, or set the missing variables:\n${z.prettifyError(parsed.error)}`);
}

/** For development: in production these come from the environment. */
function localStack(dir: string) {
  const stack = readJson(join(dir, 'stack.json'));
  const endpoints = readJson(here('../webhook-endpoints.json'));
  return { IMAGEMILL_URL: stack?.apiUrl, IMAGEMILL_KEY: stack?.apiKey, WEBHOOK_SECRET: endpoints?.demo.secrets[0] };
}

function readJson(path: string) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
