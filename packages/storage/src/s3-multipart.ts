import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { errorName, statusOf, toStorageError } from './errors.ts';
import type {
  Completion,
  MultipartUpload,
  MultipartUploads,
  PartsToComplete,
  UploadedPart,
} from './multipart-uploads.ts';
import type { RequestSigner } from './request-signer.ts';
import { resolveConflicts } from './resolve-conflicts.ts';
import { abortable } from './s3-client.ts';

interface S3MultipartOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly sign: RequestSigner;
  readonly now: () => Date;
}

/** The S3 adapter of MultipartUploads. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one method for each call of S3, each of them short.
export function createS3Multipart({ client, bucket: Bucket, sign, now }: S3MultipartOptions): MultipartUploads {
  async function listParts(upload: MultipartUpload, signal?: AbortSignal): Promise<UploadedPart[] | undefined> {
    const { key: Key, uploadId: UploadId } = upload;
    const found: UploadedPart[] = [];
    let after: string | undefined;
    try {
      // Not the SDK's paginator: it continues while there is a marker, and Ceph also sends a marker with the last page.
      do {
        const command = new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: after });
        const { Parts = [], IsTruncated, NextPartNumberMarker } = await client.send(command, abortable(signal));
        for (const { PartNumber = 0, Size = 0, ETag = '' } of Parts) {
          found.push({ partNumber: PartNumber, sizeBytes: Size, etag: ETag });
        }
        after = IsTruncated ? NextPartNumberMarker : undefined;
      } while (after !== undefined);
      return found;
    } catch (error) {
      if (isNoSuchUpload(error)) return undefined;
      throw toStorageError(error);
    }
  }

  async function completeOnce(upload: PartsToComplete, signal?: AbortSignal): Promise<Completion> {
    const Parts = upload.parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
    const { key: Key, uploadId: UploadId } = upload;
    const command = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    try {
      await client.send(command, abortable(signal));
      return 'completed';
    } catch (error) {
      if (isNoSuchUpload(error)) return 'no-such-upload';
      if (errorName(error) === 'InvalidPart') return 'parts-changed';
      throw error;
    }
  }

  return {
    async create({ key, contentType, cacheControl, metadata }, { signal } = {}) {
      const object = { ContentType: contentType, CacheControl: cacheControl, Metadata: { ...metadata } };
      const command = new CreateMultipartUploadCommand({ Bucket, Key: key, ...object });
      const { UploadId = '' } = await client.send(command, abortable(signal)).catch(asStorageError);
      return UploadId;
    },

    async presignParts({ key, uploadId, parts, expiresInSeconds }) {
      const signedAt = now();
      const signPart = async ({ partNumber, contentLength }: (typeof parts)[number]) => {
        const query = { partNumber: String(partNumber), uploadId };
        const url = await sign({ method: 'PUT', key, headers: {}, contentLength, query, expiresInSeconds }, signedAt);
        return { partNumber, contentLength, url };
      };
      const expiresAt = new Date(signedAt.getTime() + expiresInSeconds * 1000);
      return { parts: await Promise.all(parts.map(signPart)), expiresAt };
    },

    parts: (upload, { signal } = {}) => listParts(upload, signal),

    async complete(upload, { signal } = {}) {
      try {
        return await resolveConflicts({
          write: () => completeOnce(upload, signal),
          // Ceph answers 500 ("already in progress") for an upload that was completed or aborted.
          isUnclear: (status) => status === 409 || status >= 500,
          lookUp: async () => ((await listParts(upload, signal)) ? undefined : 'no-such-upload'),
          signal,
        });
      } catch (error) {
        throw toStorageError(error);
      }
    },

    async abort({ key: Key, uploadId: UploadId }, { signal } = {}) {
      const command = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
      await client.send(command, abortable(signal)).catch((error: unknown) => {
        if (!isNoSuchUpload(error)) throw toStorageError(error);
      });
    },

    async list({ prefix: Prefix, after }, { signal } = {}) {
      const from = { KeyMarker: after?.key, UploadIdMarker: after?.uploadId };
      const command = new ListMultipartUploadsCommand({ Bucket, Prefix, ...from });
      const answer = await client.send(command, abortable(signal)).catch(asStorageError);
      const uploads = (answer.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated }) => {
        return { key: Key, uploadId: UploadId, initiatedAt: Initiated ?? new Date(0) };
      });
      const { NextKeyMarker: key = '', NextUploadIdMarker: uploadId = '' } = answer;
      return { uploads, nextAfter: answer.IsTruncated ? { key, uploadId } : undefined };
    },
  };
}

function asStorageError(error: unknown): never {
  throw toStorageError(error);
}

/** Ceph returns `NoSuchKey` when parts are listed. */
const isNoSuchUpload = (error: unknown) =>
  statusOf(error) === 404 && ['NoSuchUpload', 'NoSuchKey'].includes(errorName(error) ?? '');
