import type { Call } from '../call.ts';
import { evaluateRead, readConditions } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import { locateObject } from './locate-object.ts';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** The object named by `x-amz-copy-source: [/]bucket/key[?versionId=…]`, if the conditions on it hold. */
export function locateCopySource(call: Call): { source: CopySource; version: ObjectVersion } {
  const { headers } = call.request;
  const source = parseCopySource(headers['x-amz-copy-source'] ?? '');
  call.service.store.buckets.assertExists(source.bucket);
  const version = locateObject(call.service.store, source, source.versionId);
  const outcome = evaluateRead(readConditions(headers, 'x-amz-copy-source-'), version);
  if (outcome === 'not-modified') throw new S3Error('PreconditionFailed');
  return { source, version };
}

function parseCopySource(header: string): CopySource {
  const [rawPath = '', rawQuery = ''] = header.split('?');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decode(rawPath));
  if (!match?.[1] || !match[2]) {
    throw new S3Error('InvalidArgument', {
      message: 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    });
  }
  const versionId = new URLSearchParams(rawQuery).get('versionId') ?? undefined;
  return { bucket: match[1], key: match[2], versionId };
}

function decode(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath);
  } catch (cause) {
    throw new S3Error('InvalidArgument', { message: 'Copy Source must be URL-encoded.', cause });
  }
}
