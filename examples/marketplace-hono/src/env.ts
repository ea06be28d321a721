import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const Env = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3001).describe('port of this app; 0 picks a free one'),
  DATABASE_FILE: z.string().default(here('../marketplace.db')).describe('SQLite file, created if it does not exist'),
  IMAGEMILL_URL: z.url().describe("address of imagemill's API"),
  IMAGEMILL_KEY: z.string().min(1).describe('API key with the scope upload'),
});

/** Settings from the environment; missing ones come from the local imagemill stack. */
export function readEnv(env: NodeJS.ProcessEnv = process.env): z.infer<typeof Env> {
  const parsed = Env.safeParse({ ...localStack(env.IMAGEMILL_DIR ?? here('../../../.imagemill')), ...env });
  if (parsed.success) return parsed.data;
  throw new Error(`Start imagemill first, or set the missing variables:\n${z.prettifyError(parsed.error)}`);
}

/** For development: in production these come from the environment. */
function localStack(dir: string) {
  try {
    const { apiUrl, apiKey } = JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8'));
    return { IMAGEMILL_URL: apiUrl, IMAGEMILL_KEY: apiKey };
  } catch {
    return {};
  }
}
