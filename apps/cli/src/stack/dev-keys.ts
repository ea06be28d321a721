import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { newApiKey } from './api-key.ts';

const DevKeys = z.object({
  apiKey: z.string(),
  adminKey: z.string(),
  s3AccessKeyId: z.string(),
  s3SecretAccessKey: z.string(),
});
type DevKeys = z.infer<typeof DevKeys>;

/** The random keys of the stack in `dir`: made once, so that they and the URLs signed with them outlive a restart. */
export async function devKeys(dir: string): Promise<DevKeys> {
  const path = join(dir, 'dev-keys.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) return DevKeys.parse(JSON.parse(text));
  const keys: DevKeys = {
    apiKey: newApiKey(),
    adminKey: newApiKey(),
    s3AccessKeyId: randomBytes(10).toString('hex').toUpperCase(),
    s3SecretAccessKey: randomBytes(30).toString('base64url'),
  };
  await writeFile(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  return keys;
}
