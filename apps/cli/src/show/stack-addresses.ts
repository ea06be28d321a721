import { join } from 'node:path';
import type { Stack } from '../stack/bring-up.ts';

/** Where everything is, for people. */
export function stackAddresses({ file, dir }: Pick<Stack, 'file' | 'dir'>): string {
  return [
    'imagemill is up.',
    ...consoleAddress(file),
    `  API        ${file.apiUrl}  (what it can do: ${file.apiUrl}/docs)`,
    `  CDN        ${file.cdnBaseUrl}${file.cdnBaseUrl === file.edgeUrl ? '  (the edge: makes pictures on request)' : ''}`,
    ...(file.edgeUrl === undefined || file.cdnBaseUrl === file.edgeUrl ? [] : [`  edge       ${file.edgeUrl}`]),
    `  S3         ${file.s3Endpoint}  (buckets ${file.originalsBucket}, ${file.cdnBucket})`,
    `  Redis      ${file.redisUrl.replace(/\/\/[^@/]*@/, '//')}`,
    `  keys       ${join(dir, 'stack.json')}`,
    `  logs       ${join(dir, 'logs')}`,
  ].join('\n');
}

/** With the keys behind the #, which a browser sends nowhere; the page takes them out of its address at once. */
function consoleAddress({ consoleUrl, apiKey, adminKey }: Stack['file']): string[] {
  return consoleUrl ? [`  console    ${consoleUrl}#${new URLSearchParams({ apiKey, adminKey })}`] : [];
}
