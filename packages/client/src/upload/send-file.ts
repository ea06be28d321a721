import type { ApiClient } from '../api/api-client.ts';
import { ImagemillError } from '../errors.ts';
import type { ImageCalls } from '../images.ts';
import type { UploadTicket } from '../types.ts';
import type { PartCalls } from './part-calls.ts';
import { type PartsUpload, sendParts } from './send-parts.ts';
import { type SendOptions, sendWhole } from './send-whole.ts';
import type { UploadSource } from './upload-source.ts';

/** The services that an upload uses. */
export interface UploadServices {
  readonly api: ApiClient;
  readonly images: ImageCalls;
  readonly parts: PartCalls;
  readonly fetch: typeof fetch;
}

/** The target of an upload: a ticket that can be renewed, or an image whose upload is resumed. */
export interface UploadTarget {
  readonly imageId: string;
  readonly followToken?: string | undefined;
  readonly ticket?: UploadTicket;
  /** Whether an earlier call may have sent a part of the file: the caller chose the idempotency key. */
  readonly mayBeBegun?: boolean;
  renew?(): Promise<UploadTicket>;
}

interface FileToSend extends Pick<SendOptions, 'signal' | 'onSent'> {
  readonly source: UploadSource;
  readonly target: UploadTarget;
}

/** Sends a file by the method of its ticket. @throws UploadError @throws ImagemillError */
export async function sendFile(
  services: UploadServices,
  { source, target, signal, onSent }: FileToSend,
): Promise<void> {
  const { parts: calls, fetch, api } = services;
  const options = { fetch, retries: api.retries, signal, onSent };
  const { ticket, imageId, renew, mayBeBegun } = target;
  onSent(0);
  if (ticket?.method === 'MULTIPART' && !mayBeBegun) {
    await sendParts(source, { imageId, partSize: ticket.partSize, uploaded: [] }, { ...options, calls });
  } else if (ticket && ticket.method !== 'MULTIPART') {
    await sendWhole(source, ticket, { ...options, renew: renew && (async () => notInParts(await renew())) });
  } else {
    const upload = await uploadUnderWay(services, imageId, signal);
    if (upload) await sendParts(source, upload, { ...options, calls });
  }
  onSent(source.size);
}

/** Undefined for an upload that has ended: `complete` reports whether all of it has arrived. */
async function uploadUnderWay(
  { parts }: UploadServices,
  imageId: string,
  signal?: AbortSignal,
): Promise<PartsUpload | undefined> {
  try {
    const uploaded = await parts.uploaded(imageId, signal);
    const { parts: signed } = await parts.sign(imageId, [1], signal);
    // All parts but the last have the length of the first.
    const [{ contentLength: partSize } = { contentLength: 0 }] = signed;
    return { imageId, partSize, uploaded };
  } catch (error) {
    if (error instanceof ImagemillError && error.code === 'upload-ended') return undefined;
    throw error;
  }
}

function notInParts<Ticket extends { method: string }>(ticket: Ticket) {
  if (ticket.method !== 'MULTIPART') return ticket as Exclude<Ticket, { method: 'MULTIPART' }>;
  throw new ImagemillError('The renewed ticket has another upload method.', { code: 'unexpected-answer' });
}
