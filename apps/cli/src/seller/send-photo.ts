import type { Enhance, Image, Imagemill, UploadProgress } from '@imagemill/client';

export interface UploadedPhoto {
  /** The file, or the URL that it was imported from. */
  readonly path: string;
  /** Undefined for an import that failed. */
  readonly originalBytes: number | undefined;
  readonly image: Image;
  /** From the end of the upload, or from the request to import, to ready. */
  readonly readyMs: number;
}

interface SendOptions {
  readonly category: string;
  readonly enhance?: Enhance | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: UploadProgress) => void;
  /** Called with the bytes of the file before anything is sent. */
  readonly onSize: (bytes: number) => void;
  /** Called once the upload is complete: from then on the image is rendered even if this command ends. */
  readonly onImage: (imageId: string) => void;
}

/** Brings one photograph to imagemill, and waits for its end: `uploadPhoto`, or `importPhoto` for a URL. */
export type SendPhoto = (imagemill: Imagemill, path: string, options: SendOptions) => Promise<UploadedPhoto>;
