import type { CallOptions } from './call-options.ts';

/** One multipart upload: several may be under way to the same key. */
export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
}

export interface UploadedPart {
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** As the storage sent it, quotes included. */
  readonly etag: string;
}

/** What the object will have besides its bytes. */
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

/** `parts-changed`: the storage does not have these parts, or not any more. */
export type Completion = 'completed' | 'no-such-upload' | 'parts-changed';

export interface ListedUpload extends MultipartUpload {
  readonly initiatedAt: Date;
}

interface UploadPage {
  readonly uploads: readonly ListedUpload[];
  /** What `after` of the next page is; none after the last. */
  readonly nextAfter: MultipartUpload | undefined;
}

/**
 * Objects that are uploaded in parts and put together by us. An upload that is not there, because it was completed or
 * aborted, is an answer; everything else that goes wrong is a StorageError.
 */
export interface MultipartUploads {
  /** @returns the upload's id */
  create(upload: NewMultipartUpload, options?: CallOptions): Promise<string>;
  /** Signs URLs that take one part each, of exactly its length, as often as one likes. */
  presignParts(upload: PresignParts): Promise<PresignedParts>;
  /** All parts that are there, by number; undefined when the upload is not. */
  parts(upload: MultipartUpload, options?: CallOptions): Promise<readonly UploadedPart[] | undefined>;
  complete(upload: PartsToComplete, options?: CallOptions): Promise<Completion>;
  /** Forgets the upload and its parts. Aborting what is not there succeeds. */
  abort(upload: MultipartUpload, options?: CallOptions): Promise<void>;
  /** One page of the uploads that are under way, by key. */
  list(
    list: { readonly prefix: string; readonly after?: MultipartUpload | undefined },
    options?: CallOptions,
  ): Promise<UploadPage>;
}
