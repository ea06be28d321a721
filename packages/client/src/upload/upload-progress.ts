import type { Image, Rendition } from '../types.ts';

export interface UploadProgress {
  readonly phase: 'uploading' | 'processing';
  /** The network is lost: the upload continues when it is back. */
  readonly offline: boolean;
  /** Bytes sent. */
  readonly loaded: number;
  /** Bytes of the file. */
  readonly total: number;
  /** Renditions that are live. */
  readonly done: number;
  /** Planned renditions; 0 until known. */
  readonly planned: number;
  /** The live renditions, in the order of their completion: the smallest first. */
  readonly renditions: readonly Rendition[];
}

export interface ProgressReporter {
  sent(bytes: number): void;
  processed(image: Image): void;
  /** The network is lost. */
  lost(): void;
}

/** Reports both phases, and never the same progress twice. */
export function createProgress(
  total: number,
  onProgress: (progress: UploadProgress) => void = () => {},
): ProgressReporter {
  let now: UploadProgress = {
    phase: 'uploading',
    offline: false,
    loaded: 0,
    total,
    done: 0,
    planned: 0,
    renditions: [],
  };
  let last = '';
  const change = (to: Partial<UploadProgress>) => {
    now = { ...now, ...to };
    const what = `${now.phase} ${now.offline} ${now.loaded} ${now.done} ${now.planned}`;
    if (what !== last) onProgress(now);
    last = what;
  };
  return {
    // A failed attempt resets the count: only growth shows that the network is back.
    sent: (loaded) => change({ loaded, offline: now.offline && loaded <= now.loaded }),
    processed: ({ progress: { done, total: planned }, renditions }) =>
      change({ phase: 'processing', offline: false, loaded: total, done, planned, renditions }),
    lost: () => change({ offline: true }),
  };
}
