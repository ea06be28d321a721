import { readText } from '../body/receive-body.ts';
import type { Operation } from '../call.ts';
import { S3Error, type S3ErrorCode } from '../errors.ts';
import { parsePolicy } from '../policy.ts';
import { emptyResponse } from '../response.ts';
import type { SettingKind } from '../store/buckets.ts';
import { buildXml, childElements, childText, parseXml } from '../xml.ts';

interface SettingOperations {
  readonly get: Operation;
  readonly put: Operation;
  readonly remove: Operation;
}

interface SettingRules {
  readonly contentType: string;
  /** Throws if the document may not be saved. */
  readonly check: (document: string) => void;
  /** What a GET answers when nothing was put. */
  readonly whenAbsent: { readonly error: S3ErrorCode } | { readonly document: string };
}

const documentBytesMax = 64 * 1024;

/** Documents are kept as they came and given back so; those that matter are parsed where they are obeyed. */
function settingOperations(kind: SettingKind, rules: SettingRules): SettingOperations {
  return {
    get: ({ request, service }) => {
      const saved = service.store.buckets.setting(request.bucket, kind);
      if (saved === undefined && 'error' in rules.whenAbsent) {
        throw new S3Error(rules.whenAbsent.error, { details: { BucketName: request.bucket } });
      }
      const absent = 'document' in rules.whenAbsent ? rules.whenAbsent.document : '';
      return { status: 200, headers: { 'content-type': rules.contentType }, body: saved ?? absent };
    },
    put: async (call) => {
      const document = await readText(call, documentBytesMax);
      rules.check(document);
      call.service.store.buckets.saveSetting(call.request.bucket, kind, document);
      return emptyResponse(kind === 'policy' ? 204 : 200);
    },
    remove: ({ request, service }) => {
      service.store.buckets.removeSetting(request.bucket, kind);
      return emptyResponse(204);
    },
  };
}

export const bucketCors = settingOperations('cors', {
  contentType: 'application/xml',
  check: checkCors,
  whenAbsent: { error: 'NoSuchCORSConfiguration' },
});

export const bucketLifecycle = settingOperations('lifecycle', {
  contentType: 'application/xml',
  check: (document) => void parseXml(document, 'LifecycleConfiguration'),
  whenAbsent: { error: 'NoSuchLifecycleConfiguration' },
});

export const bucketNotification = settingOperations('notification', {
  contentType: 'application/xml',
  check: (document) => void parseXml(document, 'NotificationConfiguration'),
  whenAbsent: { document: buildXml('NotificationConfiguration', {}) },
});

export const bucketPolicy = settingOperations('policy', {
  contentType: 'application/json',
  check: (document) => void parsePolicy(document),
  whenAbsent: { error: 'NoSuchBucketPolicy' },
});

export const bucketVersioning = settingOperations('versioning', {
  contentType: 'application/xml',
  check: checkVersioning,
  whenAbsent: { document: buildXml('VersioningConfiguration', {}) },
});

function checkCors(document: string): void {
  const rules = childElements(parseXml(document, 'CORSConfiguration'), 'CORSRule');
  const complete = rules.every((rule) => childText(rule, 'AllowedOrigin') && childText(rule, 'AllowedMethod'));
  if (rules.length === 0 || !complete) throw new S3Error('MalformedXML');
}

function checkVersioning(document: string): void {
  const status = childText(parseXml(document, 'VersioningConfiguration'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
}
