import type { Operation } from './call.ts';
import { notImplemented } from './errors.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { createBucket, headBucket } from './operations/create-bucket.ts';
import { abortMultipartUpload, createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteObject } from './operations/delete-object.ts';
import { getObject } from './operations/get-object.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjects } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { postObject } from './operations/post-object.ts';
import { putBucketCors, putBucketPolicy } from './operations/put-bucket-setting.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPart } from './operations/upload-part.ts';
import type { S3Request } from './request.ts';

/** The owner, anonymous callers if the bucket's policy allows it, or the holder of a signed form. */
type Access = 'owner' | 'public-read' | 'signed-form';

export interface Route {
  readonly method: string;
  readonly on: 'bucket' | 'object';
  readonly run: Operation;
  /** The query parameter that selects the operation, as in `?uploads`. */
  readonly parameter?: string;
  readonly access?: Access;
  readonly createsBucket?: true;
}

/** Only the operations that imagemill and its SDKs call. */
const routes: readonly Route[] = [
  { method: 'PUT', on: 'bucket', run: createBucket, createsBucket: true },
  { method: 'HEAD', on: 'bucket', run: headBucket },
  { method: 'PUT', on: 'bucket', parameter: 'cors', run: putBucketCors },
  { method: 'PUT', on: 'bucket', parameter: 'policy', run: putBucketPolicy },
  { method: 'GET', on: 'bucket', parameter: 'list-type', run: listObjects },
  { method: 'GET', on: 'bucket', parameter: 'uploads', run: listMultipartUploads },
  { method: 'POST', on: 'bucket', run: postObject, access: 'signed-form' },

  { method: 'PUT', on: 'object', run: putObject },
  { method: 'GET', on: 'object', run: getObject, access: 'public-read' },
  { method: 'HEAD', on: 'object', run: getObject, access: 'public-read' },
  { method: 'DELETE', on: 'object', run: deleteObject },
  { method: 'POST', on: 'object', parameter: 'uploads', run: createMultipartUpload },
  { method: 'GET', on: 'object', parameter: 'uploadId', run: listParts },
  { method: 'PUT', on: 'object', parameter: 'uploadId', run: uploadPart },
  { method: 'POST', on: 'object', parameter: 'uploadId', run: completeMultipartUpload },
  { method: 'DELETE', on: 'object', parameter: 'uploadId', run: abortMultipartUpload },
];

/** The parameters that select an operation or a version in S3. Without a route, they must not be ignored. */
const SELECTORS = new Set(
  `accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle list-type
   location logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls policy
   policyStatus publicAccessBlock renameObject replication requestPayment restore retention select session tagging torrent
   uploadId uploads versionId versioning versions website`.split(/\s+/),
);

/** @throws S3Error `NotImplemented` for operations, versions and response headers that imagemill never requests */
export function findRoute(request: S3Request): Route {
  const on = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const selectors = [...request.query.keys()].filter((name) => selects(name, request.query));
  const route = routes.find(
    ({ method, on: target, parameter }) =>
      method === request.method && target === on && parameter === selectors[0] && selectors.length < 2,
  );
  if (!route) throw notImplemented([request.method, 'of the', on, ...selectors.map((name) => `?${name}`)].join(' '));
  return route;
}

function selects(parameter: string, query: URLSearchParams): boolean {
  const selectsPart = parameter === 'partNumber' && !query.has('uploadId');
  return selectsPart || SELECTORS.has(parameter) || parameter.startsWith('response-');
}
