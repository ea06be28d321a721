import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const Env = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3001).describe('port of this app; 0 takes a free one'),
  DATABASE_FILE: z.string().default(here('../marketplace.db')).describe('SQLite file, made when it is not there'),
  IMAGEMILL_URL: z.url().describe("address of imagemill's API"),
  IMAGEMILL_KEY: z.string().min(1).describe('API key with the scope upload'),
});

/** Settings from the environment; what is missing comes from the imagemill stack that runs on this machine. */
export function readEnv(env: NodeJS.ProcessEnv = process.env): z.infer<typeof Env> {
  const parsed = Env.safeParse({ ...localStack(env.IMAGEMILL_DIR ?? here('../../../.imagemill')), ...env });
  if (parsed.success) return parsed.data;
  throw new Error(`Start imagemill first, or set what is missing:\n${z.prettifyError(parsed.error)}`);
}

/** For development: a real app has these in its environment. */
function localStack(dir: string) {
  try {
    const { apiUrl, apiKey } = JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8'));
    return { IMAGEMILL_URL: apiUrl, IMAGEMILL_KEY: apiKey };
  } catch {
    return {};
  }
}
