import type { Image } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';

/** One photograph on the page: from the moment it is added, or as the API lists it. */
export interface Photo {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  /** Only of a file that was added in this tab: a URL to show it by, and its size in bytes. */
  readonly original?: { readonly url: string; readonly bytes: number };
  readonly state: PhotoState;
  /** Its status from the API, once there is one. */
  readonly image?: Image;
  /** Why its progress cannot be followed, as a message. */
  readonly lost?: string | undefined;
}

export type PhotoState =
  | { readonly is: 'waiting' }
  /** `share` of its bytes are sent, 0 to 1. An upload that is `offline` continues when the network is back. */
  | { readonly is: 'uploading'; readonly share: number; readonly offline: boolean }
  /** By the user. */
  | { readonly is: 'stopped' }
  /** Its upload failed. */
  | { readonly is: 'refused'; readonly words: string; readonly mayRetry: boolean }
  /** From here on `image` has its status. */
  | { readonly is: 'uploaded' };

export type Look = 'good' | 'bad' | 'busy' | 'still';

/** The status of a photograph in a word, and its colour. */
export function statusOf({ state, image }: Photo): { word: string; look: Look } {
  if (state.is === 'waiting') return { word: 'Waiting', look: 'still' };
  if (state.is === 'uploading') return { word: state.offline ? 'No connection' : 'Uploading', look: 'busy' };
  if (state.is === 'stopped') return { word: 'Stopped', look: 'still' };
  if (state.is === 'refused') return { word: 'Not uploaded', look: 'bad' };
  return words[image?.status ?? 'queued'];
}

const words: Record<Image['status'], { word: string; look: Look }> = {
  'awaiting-upload': { word: 'Awaiting upload', look: 'still' },
  queued: { word: 'In the queue', look: 'busy' },
  processing: { word: 'Rendering', look: 'busy' },
  ready: { word: 'Ready', look: 'good' },
  rejected: { word: 'Rejected', look: 'bad' },
  held: { word: 'Held for moderation', look: 'still' },
  failed: { word: 'Failed', look: 'bad' },
  expired: { word: 'Expired', look: 'still' },
};

/** Why it failed, as a message for its seller. */
export function troubleOf({ name, original, state, image, lost }: Photo): string | undefined {
  if (state.is === 'refused') return state.words;
  return image?.error ? messageFor(image.error, { name, size: original?.bytes ?? image.source?.bytes }) : lost;
}

/** Whether it failed in a way that may succeed now. */
export const hasFailedForNow = ({ state, lost }: Photo): boolean =>
  state.is === 'refused' ? state.mayRetry : lost !== undefined;

/** Of a private category: its signed URLs end. */
export const hasExpiredUrls = ({ renditions }: Image): boolean =>
  renditions.some(({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) <= Date.now());

/** Uploading counts for the first half, each rendition for its part of the second; 0 to 1. */
export function progressOf({ state, image }: Photo): number {
  if (state.is === 'uploading') return state.share / 2;
  if (state.is !== 'uploaded') return 0;
  if (!image || image.progress.total === 0) return 0.5;
  return 0.5 + image.progress.done / image.progress.total / 2;
}

/** Whether its status can still change. */
export const isOnItsWay = ({ status }: Image): boolean => status === 'queued' || status === 'processing';
