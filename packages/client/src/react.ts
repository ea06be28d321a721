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
  /** May be an `UploadError` or an `ImageEndedError`. An error that is not the client's has the code `unexpected`. */
  readonly error: ImagemillError | undefined;
}

export interface ImageUpload extends ImageUploadState {
  /** Starts an upload, and aborts a running one. Never rejects: see `status` and `error`. */
  upload(file: Uploadable): Promise<Image | undefined>;
  /** Aborts the upload, and resets the state. */
  cancel(): void;
}

export type ImageUploadOptions = Omit<UploadOptions, 'signal'>;

const idle: ImageUploadState = { status: 'idle', progress: undefined, image: undefined, error: undefined };

/** One upload at a time, for a component; aborted when the component unmounts. */
export function useImageUpload(imagemill: Pick<Imagemill, 'upload'>, options: ImageUploadOptions): ImageUpload {
  const [state, setState] = useState(idle);
  const running = useRef<AbortController | undefined>(undefined);
  const latest = useRef({ imagemill, options });
  useEffect(() => {
    latest.current = { imagemill, options };
  });
  useEffect(() => () => running.current?.abort(), []);

  const upload = useCallback(async (file: Uploadable) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    // Progress of a replaced upload is ignored.
    const show = (next: ImageUploadState) => {
      if (running.current === controller) setState(next);
    };
    const { imagemill, options } = latest.current;
    const onProgress = (progress: UploadProgress) => {
      show({ ...idle, status: progress.phase, progress });
      options.onProgress?.(progress);
    };
    show({ ...idle, status: 'uploading' });
    try {
      const image = await imagemill.upload(file, { ...options, onProgress, signal: controller.signal });
      if (running.current === controller) setState((last) => ({ ...last, status: 'done', image }));
      return image;
    } catch (thrown) {
      const error = asImagemillError(thrown);
      if (running.current === controller) setState((last) => ({ ...last, status: 'error', error }));
      return undefined;
    }
  }, []);

  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = undefined;
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
