import type { WaitOptions } from '../follow/wait-until-ready.ts';
import type { UploadMethod, UploadTicket } from '../types.ts';
import type { UploadProgress } from './upload-progress.ts';

/** Of an upload whose ticket is there. */
export interface UploadToOptions extends Pick<WaitOptions, 'timeoutMs' | 'live'> {
  /** `ready` (if not given) waits until all renditions are live, `uploaded` only until the bytes are there. */
  readonly wait?: 'ready' | 'uploaded' | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Gives the upload up, and deletes the image. */
  readonly signal?: AbortSignal | undefined;
  /** `true` keeps what an aborted upload has sent, to resume it. */
  readonly keepOnAbort?: boolean | undefined;
  /** `false` leaves it to the bucket, or to your server, to say that the bytes are there: saying so takes a key. */
  readonly complete?: boolean | undefined;
}

export interface UploadOptions extends UploadToOptions {
  readonly category: string;
  /** The file's own if not given. */
  readonly filename?: string | undefined;
  /** The file's own, or what its name says, if not given. */
  readonly contentType?: string | undefined;
  /** Up to 16 short strings. */
  readonly metadata?: Record<string, string> | undefined;
  /** SHA-256 of the file, base64. */
  readonly checksumSha256?: string | undefined;
  /** By the file's size if not given. */
  readonly method?: UploadMethod | undefined;
  /** The same key gets the same image for 24 h; a random one if not given. An upload that failed goes on under its own key. */
  readonly idempotencyKey?: string | undefined;
  /** The id of an image whose upload in parts was broken off: what is missing of the same file is sent. */
  readonly resume?: string | undefined;
  /** Told the ticket before a byte is sent, such as to keep its `imageId` for `resume`. */
  readonly onTicket?: ((ticket: UploadTicket) => void) | undefined;
}
