import type { CallOptions } from './call-options.ts';
import type { MultipartUploads } from './multipart-uploads.ts';

/** The properties of a stored object. */
export interface ObjectFacts {
  /** As sent by the storage, with quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  /** User metadata, keys in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An open object. `facts` belong to exactly the bytes that `body` yields. */
export interface ObjectReader {
  readonly facts: ObjectFacts;
  readonly body: ObjectBody;
}

/** The bytes of an object, in parts. */
export interface ObjectBody extends AsyncIterable<Uint8Array> {
  /** Whether nothing else uses the memory of a part: then its reader may free it. */
  readonly hasOwnChunks?: boolean;
}

export interface PresignUpload {
  readonly key: string;
  readonly contentType: string;
  readonly contentLength: number;
  readonly expiresInSeconds: number;
  /** Defaults to now. The same upload signed at the same time has the same URL. */
  readonly signedAt?: Date | undefined;
  /** Base64 of the upload's SHA-256; the storage rejects other bytes. */
  readonly checksumSha256?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cacheControl: string;
}

/** A URL that accepts exactly the declared upload, and the headers that the uploader must send. */
export interface PresignedUpload {
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** A URL that accepts exactly the declared upload as a form: these fields in any order, followed by the file. */
export interface PresignedPost {
  readonly url: string;
  readonly method: 'POST';
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface PresignDownload {
  readonly key: string;
  readonly expiresInSeconds: number;
}

/** A URL that reads one object, without credentials. */
export interface PresignedDownload {
  readonly url: string;
  readonly expiresAt: Date;
}

export interface PutObject {
  readonly key: string;
  readonly body: Uint8Array;
  /** SHA-256 of the body in hex digits, if it is known: otherwise the body is hashed once more. The storage rejects a body with another one. */
  readonly sha256?: string | undefined;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Keys in lower case, values in ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Store only if the existing object has this ETag. */
  readonly ifMatch?: string | undefined;
  /** Store only if the key does not exist. */
  readonly ifAbsent?: boolean | undefined;
}

export type PutOutcome =
  | { readonly outcome: 'stored'; readonly etag: string }
  | { readonly outcome: 'precondition-failed' };

/** An object in a listing. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface ListObjects extends CallOptions {
  readonly prefix: string;
  /** Only keys after this one, in byte order. */
  readonly startAfter?: string | undefined;
  /** At most 1,000, which is also the default. */
  readonly limit?: number | undefined;
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** The `startAfter` of the next page; undefined after the last page. */
  readonly nextAfter: string | undefined;
}

/**
 * One bucket of an object storage. A missing object is a return value (`undefined`); every other failure is a StorageError.
 */
export interface ObjectStorage {
  readonly bucket: string;
  /** Whether the object exists is not checked. */
  presignDownload(download: PresignDownload): Promise<PresignedDownload>;
  presignUpload(upload: PresignUpload): Promise<PresignedUpload>;
  presignPost(upload: PresignUpload): Promise<PresignedPost>;
  readonly multipart: MultipartUploads;
  head(key: string, options?: CallOptions): Promise<ObjectFacts | undefined>;
  /** `ifMatch`: read only the object with this ETag; otherwise throws the error `object-changed`. */
  open(
    key: string,
    options?: CallOptions & { ifMatch?: string; range?: { start: number; end: number } },
  ): Promise<ObjectReader | undefined>;
  put(object: PutObject, options?: CallOptions): Promise<PutOutcome>;
  /** Deleting a missing object succeeds. */
  delete(key: string, options?: CallOptions): Promise<void>;
  list(list: ListObjects): Promise<ObjectPage>;
  /** Throws a StorageError unless the bucket exists and is reachable. */
  probe(options?: CallOptions): Promise<void>;
}
