import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newApiKey } from '@imagemill/keys';
import { z } from 'zod';
import { FailureToExplain } from '../explain.ts';
import { writeJson } from './write-json.ts';

const DevKeys = z.object({
  apiKey: z.string(),
  adminKey: z.string(),
  s3AccessKeyId: z.string(),
  s3SecretAccessKey: z.string(),
});
type DevKeys = z.infer<typeof DevKeys>;

/** The random keys of the stack in `dir`. Created once: they and URLs signed with them remain valid after a restart. */
export async function devKeys(dir: string): Promise<DevKeys> {
  const path = join(dir, 'dev-keys.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(path);
  });
  if (text !== undefined) return parse(text, path);
  const keys: DevKeys = {
    apiKey: newApiKey(),
    adminKey: newApiKey(),
    s3AccessKeyId: randomBytes(10).toString('hex').toUpperCase(),
    s3SecretAccessKey: randomBytes(30).toString('base64url'),
  };
  await writeJson(path, keys);
  return keys;
}

function parse(text: string, path: string): DevKeys {
  try {
    return DevKeys.parse(JSON.parse(text));
  } catch {
    throw unusable(path);
  }
}

const unusable = (path: string) =>
  new FailureToExplain(`${path} can't be read. Delete it to create new keys. Existing upload URLs will stop working.`);
