import type { CallOptions } from './call-options.ts';
import type { MultipartUploads } from './multipart-uploads.ts';

/** What the storage knows of a stored object. */
export interface ObjectFacts {
  /** As the storage sent it, quotes included. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  /** User metadata, keys in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object being read; the facts are those of the very bytes that `body` yields. */
export interface ObjectReader {
  readonly facts: ObjectFacts;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface PresignUpload {
  readonly key: string;
  readonly contentType: string;
  readonly contentLength: number;
  readonly expiresInSeconds: number;
  /** Now, if not given; the same upload signed at the same time has the same URL. */
  readonly signedAt?: Date | undefined;
  /** Base64 of the SHA-256 of the bytes that will be uploaded; storage refuses any others. */
  readonly checksumSha256?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cacheControl: string;
}

/** A URL that uploads exactly what was declared, and the headers that the uploader must send with it. */
export interface PresignedUpload {
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** An address that takes exactly what was declared as a form: these fields first, in any order, and the file after them. */
export interface PresignedPost {
  readonly url: string;
  readonly method: 'POST';
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface PutObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Keys in lower case, values in ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Store only while the object that is there has this ETag. */
  readonly ifMatch?: string | undefined;
  /** Store only while nothing is there. */
  readonly ifAbsent?: boolean | undefined;
}

export type PutOutcome =
  | { readonly outcome: 'stored'; readonly etag: string }
  | { readonly outcome: 'precondition-failed' };

/** An object as a listing tells of it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface ListObjects extends CallOptions {
  readonly prefix: string;
  /** Only keys after this one, in the order of their bytes. */
  readonly startAfter?: string | undefined;
  /** At most 1,000, which is also what it is if left out. */
  readonly limit?: number | undefined;
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** What `startAfter` of the next page is; none after the last. */
  readonly nextAfter: string | undefined;
}

/**
 * One bucket of an object storage. What is not there is an answer (`undefined`), not an error; everything else that goes
 * wrong is a StorageError.
 */
export interface ObjectStorage {
  readonly bucket: string;
  presignUpload(upload: PresignUpload): Promise<PresignedUpload>;
  presignPost(upload: PresignUpload): Promise<PresignedPost>;
  readonly multipart: MultipartUploads;
  head(key: string, options?: CallOptions): Promise<ObjectFacts | undefined>;
  /** `ifMatch`: read only the object with this ETag; another one there is the error `object-changed`. */
  open(
    key: string,
    options?: CallOptions & { ifMatch?: string; range?: { start: number; end: number } },
  ): Promise<ObjectReader | undefined>;
  put(object: PutObject, options?: CallOptions): Promise<PutOutcome>;
  /** Deleting what is not there succeeds. */
  delete(key: string, options?: CallOptions): Promise<void>;
  list(list: ListObjects): Promise<ObjectPage>;
  /** Throws a StorageError unless the bucket exists and answers. */
  probe(options?: CallOptions): Promise<void>;
}
