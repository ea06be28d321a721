export interface Rendition {
  readonly variant: string;
  readonly format: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** What the API says of an image. */
export interface Image {
  readonly imageId: string;
  readonly category: string;
  readonly status: 'awaiting-upload' | 'queued' | 'processing' | 'ready' | 'rejected' | 'failed' | 'expired';
  readonly progress: { readonly done: number; readonly total: number };
  readonly source?: {
    readonly format: string;
    readonly width: number;
    readonly height: number;
    readonly bytes: number;
  };
  readonly placeholder?: string;
  readonly renditions: readonly Rendition[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly createdAt: string;
  readonly readyAt?: string;
}

export const hasEnded = ({ status }: Image): boolean => ['ready', 'rejected', 'failed', 'expired'].includes(status);
