import type { Image, Rendition } from '../types.ts';

export interface UploadProgress {
  readonly phase: 'uploading' | 'processing';
  /** The network is lost: the upload goes on by itself when it is back. */
  readonly offline: boolean;
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
  /** The network is. */
  lost(): void;
}

/** Tells of both phases, and never the same twice. */
export function createProgress(total: number, tell: (progress: UploadProgress) => void = () => {}): ProgressTeller {
  let now: UploadProgress = {
    ...{ phase: 'uploading', offline: false, loaded: 0, total, done: 0, planned: 0, renditions: [] },
  };
  let last = '';
  const change = (to: Partial<UploadProgress>) => {
    now = { ...now, ...to };
    const what = `${now.phase} ${now.offline} ${now.loaded} ${now.done} ${now.planned}`;
    if (what !== last) tell(now);
    last = what;
  };
  return {
    // A try that failed is counted back: only bytes that move say that the network is there.
    sent: (loaded) => change({ loaded, offline: now.offline && loaded <= now.loaded }),
    processed: ({ progress: { done, total: planned }, renditions }) =>
      change({ phase: 'processing', offline: false, loaded: total, done, planned, renditions }),
    lost: () => change({ offline: true }),
  };
}
