import { join } from 'node:path';
import type { Stack } from '../stack/bring-up.ts';

/** Where everything is, for people. */
export function stackAddresses({ file, dir }: Stack): string {
  return [
    'imagemill is up.',
    `  API        ${file.apiUrl}  (what it can do: ${file.apiUrl}/docs)`,
    `  CDN        ${file.cdnBaseUrl}`,
    `  S3         ${file.s3Endpoint}  (buckets ${file.originalsBucket}, ${file.cdnBucket})`,
    `  Redis      ${file.redisUrl.replace(/\/\/[^@/]*@/, '//')}`,
    `  keys       ${join(dir, 'stack.json')}`,
    `  logs       ${join(dir, 'logs')}`,
  ].join('\n');
}
