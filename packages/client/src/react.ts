import { useCallback, useEffect, useRef, useState } from 'react';
import type { Imagemill } from './create-imagemill.ts';
import { ImagemillError } from './errors.ts';
import type { Image } from './types.ts';
import type { UploadOptions } from './upload/upload-options.ts';
import type { UploadProgress } from './upload/upload-progress.ts';
import type { Uploadable } from './upload/upload-source.ts';

export interface ImageUploadState {
  readonly status: 'idle' | 'uploading' | 'processing' | 'done' | 'error';
  readonly progress: UploadProgress | undefined;
  readonly image: Image | undefined;
  /** An `UploadError` or `ImageEndedError` says more; what is no error of the client's has the code `unexpected`. */
  readonly error: ImagemillError | undefined;
}

export interface ImageUpload extends ImageUploadState {
  /** Starts an upload, in the place of one that is under way. Never rejects: look at `status` and `error`. */
  upload(file: Uploadable): Promise<Image | undefined>;
  /** Gives the upload up, and forgets what came of the last one. */
  cancel(): void;
}

export type ImageUploadOptions = Omit<UploadOptions, 'signal'>;

const idle: ImageUploadState = { status: 'idle', progress: undefined, image: undefined, error: undefined };

/** One upload at a time, for a component; given up when the component goes. */
export function useImageUpload(imagemill: Pick<Imagemill, 'upload'>, options: ImageUploadOptions): ImageUpload {
  const [state, setState] = useState(idle);
  const underWay = useRef<AbortController | undefined>(undefined);
  const latest = useRef({ imagemill, options });
  useEffect(() => {
    latest.current = { imagemill, options };
  });
  useEffect(() => () => underWay.current?.abort(), []);

  const upload = useCallback(async (file: Uploadable) => {
    underWay.current?.abort();
    const controller = new AbortController();
    underWay.current = controller;
    // What an upload tells that another one has taken the place of is of no interest any more.
    const show = (next: ImageUploadState) => {
      if (underWay.current === controller) setState(next);
    };
    const { imagemill, options } = latest.current;
    const onProgress = (progress: UploadProgress) => {
      show({ ...idle, status: progress.phase, progress });
      options.onProgress?.(progress);
    };
    show({ ...idle, status: 'uploading' });
    try {
      const image = await imagemill.upload(file, { ...options, onProgress, signal: controller.signal });
      if (underWay.current === controller) setState((last) => ({ ...last, status: 'done', image }));
      return image;
    } catch (thrown) {
      const error = asImagemillError(thrown);
      if (underWay.current === controller) setState((last) => ({ ...last, status: 'error', error }));
      return undefined;
    }
  }, []);

  const cancel = useCallback(() => {
    underWay.current?.abort();
    underWay.current = undefined;
    setState(idle);
  }, []);

  return { ...state, upload, cancel };
}

/** Such as what `onProgress` throws. */
function asImagemillError(cause: unknown): ImagemillError {
  if (cause instanceof ImagemillError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ImagemillError(message, { code: 'unexpected', cause });
}
