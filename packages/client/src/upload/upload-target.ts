import type { UploadTicket } from '../types.ts';

/** The target of an upload: a ticket that can be renewed, or an image whose upload is resumed. */
export interface UploadTarget {
  readonly imageId: string;
  readonly followToken?: string | undefined;
  readonly ticket?: UploadTicket;
  /** An earlier call may have sent some of it: the idempotency key was the caller's own. */
  readonly mayBeBegun?: boolean;
  renew?(): Promise<UploadTicket>;
}
