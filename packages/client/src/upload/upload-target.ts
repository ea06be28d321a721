import type { UploadTicket } from '../types.ts';

/** What is uploaded to: a ticket, with what gets it anew, or an image whose upload is resumed. */
export interface UploadTarget {
  readonly imageId: string;
  readonly followToken?: string | undefined;
  readonly ticket?: UploadTicket;
  renew?(): Promise<UploadTicket>;
}
