import type { WaitOptions } from '../follow/wait-until-ready.ts';
import type { Enhance, Focus, UploadMethod, UploadTicket } from '../types.ts';
import type { UploadProgress } from './upload-progress.ts';

/** Options of an upload to a given ticket. */
export interface UploadToOptions extends Pick<WaitOptions, 'timeoutMs' | 'live'> {
  /** `ready` (default) waits until all renditions are live, `uploaded` only until the upload is complete. */
  readonly wait?: 'ready' | 'uploaded' | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Aborts the upload, and deletes the image. */
  readonly signal?: AbortSignal | undefined;
  /** `true` keeps the uploaded parts of an aborted upload, to resume it. */
  readonly keepOnAbort?: boolean | undefined;
  /** `false` leaves the completion to the bucket's events or to your server: it needs an API key. */
  readonly complete?: boolean | undefined;
}

export interface UploadOptions extends UploadToOptions {
  readonly category: string;
  /** The file's own by default. */
  readonly filename?: string | undefined;
  /** By default the file's own, or derived from its name. */
  readonly contentType?: string | undefined;
  /** Up to 16 short strings. */
  readonly metadata?: Record<string, string> | undefined;
  /** The point around which variants with the position `focus` are cropped. */
  readonly focus?: Focus | undefined;
  /** `sharpen` for a picture that is known to be blurred; it makes any other one worse. */
  readonly enhance?: Enhance | undefined;
  /** SHA-256 of the file, base64. */
  readonly checksumSha256?: string | undefined;
  /** By default chosen by the size of the file. */
  readonly method?: UploadMethod | undefined;
  /** The same key returns the same image for 24 h; random by default. A retry with the key of a failed upload continues it. */
  readonly idempotencyKey?: string | undefined;
  /** The id of an image whose multipart upload was interrupted: sends the missing parts of the same file. */
  readonly resume?: string | undefined;
  /** Called with the ticket before anything is sent, for example to keep its `imageId` for `resume`. */
  readonly onTicket?: ((ticket: UploadTicket) => void) | undefined;
}
