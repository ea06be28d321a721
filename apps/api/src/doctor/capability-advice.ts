import type { Capability } from '@imagemill/storage/probes';
import type { Result } from './finding.ts';

export interface Advice {
  readonly title: string;
  /** The result if the store lacks it. */
  readonly without: Exclude<Result, 'ok'>;
  /** What follows without it, and the settings. */
  readonly fix: string;
}

/** What a store needs, and what follows without it. docs/stores.md has the same list. */
export const capabilityAdvice: Readonly<Record<Capability, Advice>> = {
  'conditional-create': {
    title: 'a conditional PUT does not overwrite (If-None-Match)',
    without: 'problem',
    fix: 'Use another store, or set S3_CONDITIONAL_WRITES=detect: two runs of one job can then overwrite each other, which is detected, and not prevented.',
  },
  'one-winner': {
    title: 'one of several simultaneous conditional PUTs wins',
    without: 'problem',
    fix: 'Use another store, or set S3_CONDITIONAL_WRITES=detect. Two workers can otherwise both commit the same image.',
  },
  'conditional-replace': {
    title: 'a conditional PUT replaces only the known object (If-Match)',
    without: 'problem',
    fix: 'Use another store, or set S3_CONDITIONAL_WRITES=detect. A deletion during a render can otherwise be undone.',
  },
  'upload-urls': {
    title: 'an upload URL accepts the declared upload',
    without: 'problem',
    fix: 'Check S3_PUBLIC_ENDPOINT, S3_REGION and clocks. If the store answers 501, try S3_ALLOW_OVERWRITE=true: it omits If-None-Match.',
  },
  'upload-once': {
    title: 'an upload URL accepts only one upload',
    without: 'warning',
    fix: 'Set S3_ALLOW_OVERWRITE=true to accept that. Until an upload URL expires, its holder can replace the original; the worker detects a change during a render, but does not prevent it.',
  },
  'signed-headers': {
    title: 'signed headers and the length are enforced',
    without: 'problem',
    fix: 'Use another store: holders of an upload URL can upload any type and any size.',
  },
  'publishing-headers': {
    title: 'unsigned headers that publish or copy are refused',
    without: 'problem',
    fix: 'Run the bucket set-up with S3_DENY_PUBLISHING=true. Otherwise a seller can publish an original, or copy another object.',
  },
  'other-headers': {
    title: 'other unsigned x-amz headers are refused',
    without: 'warning',
    fix: 'Nothing to set: uploaders can add metadata and tags to their own original. imagemill does not read them.',
  },
  'declared-checksum': {
    title: 'the declared SHA-256 is verified',
    without: 'warning',
    fix: 'Nothing to set: the worker verifies it before it renders. The uploader learns of a difference later.',
  },
  'upload-forms': {
    title: 'upload forms (POST) work',
    without: 'warning',
    fix: 'Request tickets with the method PUT only.',
  },
  'multipart-uploads': {
    title: 'multipart uploads work',
    without: 'warning',
    fix: 'Set MULTIPART_THRESHOLD to MAX_UPLOAD_BYTES: every file then gets a single PUT.',
  },
  'multipart-listing': {
    title: 'unfinished multipart uploads can be listed',
    without: 'warning',
    fix: 'Add a lifecycle rule that aborts incomplete multipart uploads: the reconciler cannot find them.',
  },
  'browser-uploads': {
    title: 'web pages may upload (CORS)',
    without: 'warning',
    fix: 'Add a CORS rule to the originals bucket: your origins, PUT and POST, any header, ETag exposed. The bucket set-up does it with CORS_ORIGINS.',
  },
};
