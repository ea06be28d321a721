import type { CallOptions } from './call-options.ts';

/** One multipart upload. Several uploads to the same key may be in progress. */
export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
}

export interface UploadedPart {
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** As sent by the storage, with quotes. */
  readonly etag: string;
}

/** The properties of the future object. */
interface NewMultipartUpload {
  readonly key: string;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface PresignParts extends MultipartUpload {
  readonly parts: readonly { readonly partNumber: number; readonly contentLength: number }[];
  readonly expiresInSeconds: number;
}

interface PresignedParts {
  readonly parts: readonly { readonly partNumber: number; readonly contentLength: number; readonly url: string }[];
  readonly expiresAt: Date;
}

export interface PartsToComplete extends MultipartUpload {
  readonly parts: readonly UploadedPart[];
}

/** `parts-changed`: the storage does not have these parts, or no longer. */
export type Completion = 'completed' | 'no-such-upload' | 'parts-changed';

export interface ListedUpload extends MultipartUpload {
  readonly initiatedAt: Date;
}

interface UploadPage {
  readonly uploads: readonly ListedUpload[];
  /** The `after` of the next page; undefined after the last page. */
  readonly nextAfter: MultipartUpload | undefined;
}

/**
 * Multipart uploads. A missing upload (completed or aborted) is a return value; every other failure is a StorageError.
 */
export interface MultipartUploads {
  /** @returns the upload id */
  create(upload: NewMultipartUpload, options?: CallOptions): Promise<string>;
  /** Signs one URL per part. Each URL accepts exactly the declared length, any number of times. */
  presignParts(upload: PresignParts): Promise<PresignedParts>;
  /** All uploaded parts, by number; undefined if the upload does not exist. */
  parts(upload: MultipartUpload, options?: CallOptions): Promise<readonly UploadedPart[] | undefined>;
  complete(upload: PartsToComplete, options?: CallOptions): Promise<Completion>;
  /** Deletes the upload and its parts. Aborting a missing upload succeeds. */
  abort(upload: MultipartUpload, options?: CallOptions): Promise<void>;
  /** One page of the unfinished uploads, by key. */
  list(
    list: { readonly prefix: string; readonly after?: MultipartUpload | undefined },
    options?: CallOptions,
  ): Promise<UploadPage>;
}
