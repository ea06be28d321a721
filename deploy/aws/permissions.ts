/** Actions on a bucket, on a prefix of its keys, or on one other resource. */
export interface Permission {
  readonly actions: readonly string[];
  readonly on:
    | 'originals'
    | 'cdn'
    | `originals/${string}`
    | `cdn/${string}`
    | 'upload events'
    | 'dead letters'
    | 'parked letters'
    | 'distribution';
}

const read = ['s3:GetObject'];
const write = ['s3:GetObject', 's3:PutObject'];
const remove = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
const parts = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/**
 * What each program may do, and nothing else; docs/adr/0004-keys-and-revision.md has the prefixes. An upload URL allows what the role of
 * the API allows: that is why it may put originals. Only workers delete them.
 */
export const permissions = {
  api: [
    { actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'], on: 'originals' },
    { actions: [...write, ...parts], on: 'originals/originals/*' },
    { actions: write, on: 'originals/manifests/*' },
    { actions: write, on: 'originals/finished/*' },
    { actions: write, on: 'originals/deletions/*' },
    { actions: read, on: 'originals/previews/*' },
    { actions: ['s3:ListBucket'], on: 'cdn' },
    { actions: ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], on: 'upload events' },
  ],
  /** With RENDERER=lambda, the API sends orders to the queue of upload events. */
  serverlessApi: [
    { actions: ['s3:ListBucket'], on: 'originals' },
    { actions: write, on: 'originals/originals/*' },
    { actions: write, on: 'originals/manifests/*' },
    { actions: write, on: 'originals/finished/*' },
    { actions: write, on: 'originals/deletions/*' },
    { actions: read, on: 'originals/previews/*' },
    { actions: ['s3:ListBucket'], on: 'cdn' },
    { actions: ['sqs:GetQueueAttributes', 'sqs:SendMessage'], on: 'upload events' },
  ],
  renderer: [
    { actions: ['s3:ListBucket'], on: 'originals' },
    { actions: remove, on: 'originals/originals/*' },
    { actions: write, on: 'originals/manifests/*' },
    { actions: remove, on: 'originals/finished/*' },
    { actions: remove, on: 'originals/deletions/*' },
    { actions: write, on: 'originals/tombstones/*' },
    { actions: remove, on: 'originals/previews/*' },
    { actions: ['s3:ListBucket'], on: 'cdn' },
    { actions: remove, on: 'cdn/images/*' },
    { actions: remove, on: 'cdn/private/*' },
    { actions: ['cloudfront:CreateInvalidation'], on: 'distribution' },
    {
      actions: ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      on: 'upload events',
    },
  ],
  redrive: [
    { actions: write, on: 'originals/canaries/*' },
    { actions: write, on: 'cdn/canaries/*' },
    { actions: ['sqs:SendMessage'], on: 'upload events' },
    { actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'], on: 'dead letters' },
    { actions: ['sqs:SendMessage'], on: 'parked letters' },
  ],
  sweep: [
    { actions: ['s3:ListBucket'], on: 'originals' },
    { actions: read, on: 'originals/manifests/*' },
    { actions: read, on: 'originals/deletions/*' },
    { actions: write, on: 'originals/sweeps/*' },
    { actions: ['sqs:SendMessage'], on: 'upload events' },
  ],
  worker: [
    { actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'], on: 'originals' },
    { actions: [...remove, ...parts], on: 'originals/originals/*' },
    { actions: remove, on: 'originals/manifests/*' },
    { actions: remove, on: 'originals/finished/*' },
    { actions: remove, on: 'originals/deletions/*' },
    { actions: remove, on: 'originals/tombstones/*' },
    { actions: remove, on: 'originals/previews/*' },
    { actions: write, on: 'originals/canaries/*' },
    { actions: ['s3:ListBucket'], on: 'cdn' },
    { actions: remove, on: 'cdn/images/*' },
    { actions: remove, on: 'cdn/private/*' },
    { actions: write, on: 'cdn/canaries/*' },
    { actions: ['cloudfront:CreateInvalidation'], on: 'distribution' },
  ],
  edge: [
    { actions: ['s3:ListBucket'], on: 'originals' },
    { actions: read, on: 'originals/originals/*' },
    { actions: read, on: 'originals/manifests/*' },
    { actions: read, on: 'originals/deletions/*' },
    { actions: ['s3:ListBucket'], on: 'cdn' },
    { actions: remove, on: 'cdn/images/*' },
    { actions: remove, on: 'cdn/private/*' },
  ],
} as const satisfies Record<string, readonly Permission[]>;

/** A service of ECS. */
export type Program = 'api' | 'worker' | 'edge';
