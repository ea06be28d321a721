export { tryCanary } from './canary.ts';
export { checkBucket } from './check-bucket.ts';
export { type BucketSetup, ensureBucket, publicReadPolicy } from './ensure-bucket.ts';
export { bucketsOf, keyWithSecret, publicStorageEnv, s3Settings, storageEnv } from './env.ts';
export { mayBeOutage, StorageError, storageUnavailable } from './errors.ts';
export type { ListedUpload, MultipartUpload, UploadedPart } from './multipart-uploads.ts';
export type {
  ListedObject,
  ObjectFacts,
  ObjectReader,
  ObjectStorage,
  PresignDownload,
  PresignedDownload,
  PresignedPost,
  PresignedUpload,
  PresignUpload,
  PutObject,
  PutOutcome,
} from './object-storage.ts';
export { createS3Client, type DirectS3Client } from './s3-client.ts';
export { createS3Storage } from './s3-storage.ts';
