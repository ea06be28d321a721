import type { Image } from '@imagemill/client';

/** One photograph on the page: from the moment it is dropped, or as the API lists it. */
export interface Photo {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  /** Only of what was dropped in this tab: the original, for the eye, and its size in bytes. */
  readonly original?: { readonly url: string; readonly bytes: number };
  readonly state: PhotoState;
  /** What the API says of it, once it knows it. */
  readonly image?: Image;
  /** Why it is not known how it goes on. */
  readonly lost?: string;
}

export type PhotoState =
  | { readonly is: 'waiting' }
  /** `share` of its bytes that are sent, 0 to 1. */
  | { readonly is: 'uploading'; readonly share: number }
  /** The uploader took it back. */
  | { readonly is: 'stopped' }
  /** It did not get as far as the API, or not through it. */
  | { readonly is: 'refused'; readonly words: string; readonly mayRetry: boolean }
  /** From here on its image says how it is. */
  | { readonly is: 'uploaded' };

export type Look = 'good' | 'bad' | 'busy' | 'still';

/** How a photograph is, in a word, and how that looks. */
export function statusOf({ state, image }: Photo): { word: string; look: Look } {
  if (state.is === 'waiting') return { word: 'Waiting', look: 'still' };
  if (state.is === 'uploading') return { word: 'Uploading', look: 'busy' };
  if (state.is === 'stopped') return { word: 'Stopped', look: 'still' };
  if (state.is === 'refused') return { word: 'Not uploaded', look: 'bad' };
  return words[image?.status ?? 'queued'];
}

const words: Record<Image['status'], { word: string; look: Look }> = {
  'awaiting-upload': { word: 'Waits for its upload', look: 'still' },
  queued: { word: 'Waits for a worker', look: 'busy' },
  processing: { word: 'Rendering', look: 'busy' },
  ready: { word: 'Ready', look: 'good' },
  rejected: { word: 'Rejected', look: 'bad' },
  failed: { word: 'Failed', look: 'bad' },
  expired: { word: 'Expired', look: 'still' },
};

/** What went wrong with it, in words for its seller. */
export function troubleOf({ state, image, lost }: Photo): string | undefined {
  return state.is === 'refused' ? state.words : (image?.error?.message ?? lost);
}

/** Uploading counts for the first half, each rendition for its part of the second; 0 to 1. */
export function progressOf({ state, image }: Photo): number {
  if (state.is === 'uploading') return state.share / 2;
  if (state.is !== 'uploaded') return 0;
  if (!image || image.progress.total === 0) return 0.5;
  return 0.5 + image.progress.done / image.progress.total / 2;
}

/** Whether something will still happen to it by itself. */
export const isOnItsWay = ({ status }: Image): boolean => status === 'queued' || status === 'processing';
