import type { Image, Rendition } from '../types.ts';

export interface UploadProgress {
  readonly phase: 'uploading' | 'processing';
  /** Bytes sent. */
  readonly loaded: number;
  /** Bytes of the file. */
  readonly total: number;
  /** Renditions that are live. */
  readonly done: number;
  /** Renditions there will be; 0 until it is known. */
  readonly planned: number;
  /** Those that are live, in the order in which they came: the smallest first. */
  readonly renditions: readonly Rendition[];
}

export interface ProgressTeller {
  sent(bytes: number): void;
  processed(image: Image): void;
}

/** Tells of both phases, and never the same twice. */
export function createProgress(total: number, tell: (progress: UploadProgress) => void = () => {}): ProgressTeller {
  let last = '';
  const tellOnce = (progress: UploadProgress) => {
    const what = `${progress.phase} ${progress.loaded} ${progress.done} ${progress.planned}`;
    if (what !== last) tell(progress);
    last = what;
  };
  return {
    sent: (loaded) => tellOnce({ phase: 'uploading', loaded, total, done: 0, planned: 0, renditions: [] }),
    processed: ({ progress, renditions }) =>
      tellOnce({ phase: 'processing', loaded: total, total, done: progress.done, planned: progress.total, renditions }),
  };
}
