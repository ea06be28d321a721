import type { Operation } from './call.ts';
import { S3Error } from './errors.ts';
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts';
import { getAcl } from './operations/acl.ts';
import {
  bucketCors,
  bucketLifecycle,
  bucketNotification,
  bucketPolicy,
  bucketVersioning,
} from './operations/bucket-settings.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { getObject } from './operations/get-object.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { listObjectsV1, listObjectsV2 } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.ts';
import { postObject } from './operations/post-object.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPart, uploadPartCopy } from './operations/upload-part.ts';
import type { S3Request } from './request.ts';

/** Who may call an operation: the owner; also anybody, if the bucket's policy says so; or who holds a signed form. */
type Access = 'owner' | 'public-read' | 'signed-form';

export interface Route {
  readonly method: string;
  readonly on: 'service' | 'bucket' | 'object';
  readonly run: Operation;
  /** A query parameter that must be there, as in `?uploads`. */
  readonly parameter?: string;
  /** A header that must be there. */
  readonly header?: string;
  readonly access?: Access;
  readonly createsBucket?: true;
}

/** The first that fits is taken, so the particular come before the general. */
const routes: readonly Route[] = [
  { method: 'GET', on: 'service', run: listBuckets },

  { method: 'GET', on: 'bucket', parameter: 'acl', run: getAcl },
  { method: 'GET', on: 'bucket', parameter: 'cors', run: bucketCors.get },
  { method: 'PUT', on: 'bucket', parameter: 'cors', run: bucketCors.put },
  { method: 'DELETE', on: 'bucket', parameter: 'cors', run: bucketCors.remove },
  { method: 'GET', on: 'bucket', parameter: 'lifecycle', run: bucketLifecycle.get },
  { method: 'PUT', on: 'bucket', parameter: 'lifecycle', run: bucketLifecycle.put },
  { method: 'DELETE', on: 'bucket', parameter: 'lifecycle', run: bucketLifecycle.remove },
  { method: 'GET', on: 'bucket', parameter: 'notification', run: bucketNotification.get },
  { method: 'PUT', on: 'bucket', parameter: 'notification', run: bucketNotification.put },
  { method: 'GET', on: 'bucket', parameter: 'policy', run: bucketPolicy.get },
  { method: 'PUT', on: 'bucket', parameter: 'policy', run: bucketPolicy.put },
  { method: 'DELETE', on: 'bucket', parameter: 'policy', run: bucketPolicy.remove },
  { method: 'GET', on: 'bucket', parameter: 'versioning', run: bucketVersioning.get },
  { method: 'PUT', on: 'bucket', parameter: 'versioning', run: bucketVersioning.put },
  { method: 'GET', on: 'bucket', parameter: 'location', run: getBucketLocation },
  { method: 'GET', on: 'bucket', parameter: 'uploads', run: listMultipartUploads },
  { method: 'GET', on: 'bucket', parameter: 'versions', run: listObjectVersions },
  { method: 'GET', on: 'bucket', parameter: 'list-type', run: listObjectsV2 },
  { method: 'GET', on: 'bucket', run: listObjectsV1 },
  { method: 'HEAD', on: 'bucket', run: headBucket },
  { method: 'PUT', on: 'bucket', run: createBucket, createsBucket: true },
  { method: 'DELETE', on: 'bucket', run: deleteBucket },
  { method: 'POST', on: 'bucket', parameter: 'delete', run: deleteObjects },
  { method: 'POST', on: 'bucket', run: postObject, access: 'signed-form' },

  { method: 'GET', on: 'object', parameter: 'acl', run: getAcl },
  { method: 'GET', on: 'object', parameter: 'attributes', run: getObjectAttributes },
  { method: 'GET', on: 'object', parameter: 'tagging', run: getObjectTagging },
  { method: 'PUT', on: 'object', parameter: 'tagging', run: putObjectTagging },
  { method: 'DELETE', on: 'object', parameter: 'tagging', run: deleteObjectTagging },
  { method: 'POST', on: 'object', parameter: 'uploads', run: createMultipartUpload },
  { method: 'GET', on: 'object', parameter: 'uploadId', run: listParts },
  { method: 'PUT', on: 'object', parameter: 'uploadId', header: 'x-amz-copy-source', run: uploadPartCopy },
  { method: 'PUT', on: 'object', parameter: 'uploadId', run: uploadPart },
  { method: 'POST', on: 'object', parameter: 'uploadId', run: completeMultipartUpload },
  { method: 'DELETE', on: 'object', parameter: 'uploadId', run: abortMultipartUpload },
  { method: 'PUT', on: 'object', header: 'x-amz-copy-source', run: copyObject },
  { method: 'PUT', on: 'object', run: putObject },
  { method: 'GET', on: 'object', run: getObject, access: 'public-read' },
  { method: 'HEAD', on: 'object', run: getObject, access: 'public-read' },
  { method: 'DELETE', on: 'object', run: deleteObject },
];

/** Without a route of their own these must not fall through: `PUT /bucket/key?acl` is not a PUT of an object. */
const subresources = new Set(
  `accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle logging
   metadataConfiguration metadataTable metrics notification object-lock ownershipControls partNumber policy policyStatus
   publicAccessBlock renameObject replication requestPayment restore retention select session tagging torrent uploadId
   uploads versioning versions website`.split(/\s+/),
);

export function findRoute(request: S3Request): Route {
  const on = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const route = routes.find((candidate) => candidate.on === on && fits(candidate, request));
  if (!route) throw new S3Error('MethodNotAllowed');
  const asked = [...request.query.keys()].filter((name) => subresources.has(name));
  if (route.parameter === undefined && asked.length > 0) {
    throw new S3Error('NotImplemented', { message: `${request.method} with ?${asked[0]} is not supported.` });
  }
  return route;
}

function fits(route: Route, request: S3Request): boolean {
  return (
    route.method === request.method &&
    (route.parameter === undefined || request.query.has(route.parameter)) &&
    (route.header === undefined || request.headers[route.header] !== undefined)
  );
}
