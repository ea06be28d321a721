import { createNetworkPatience } from '../api/network-patience.ts';
import { randomKey } from '../api/random-key.ts';
import { waitUntilReady } from '../follow/wait-until-ready.ts';
import { createImageCalls } from '../images.ts';
import type { Image, ReadyImage, UploadTicket } from '../types.ts';
import { createPartCalls } from './part-calls.ts';
import { sendFile, type UploadServices, type UploadTarget } from './send-file.ts';
import type { UploadOptions, UploadToOptions } from './upload-options.ts';
import { createProgress, type ProgressReporter } from './upload-progress.ts';
import { uploadRequest } from './upload-request.ts';
import { type Uploadable, type UploadSource, uploadSource } from './upload-source.ts';

const DELETE_WITHIN_MS = 5_000;

interface Started extends UploadServices {
  readonly source: UploadSource;
  readonly progress: ProgressReporter;
}

export interface Upload {
  (file: Uploadable, options: UploadOptions & { readonly wait: 'uploaded' }): Promise<Image>;
  (file: Uploadable, options: UploadOptions & { readonly wait?: 'ready' | undefined }): Promise<ReadyImage>;
  (file: Uploadable, options: UploadOptions): Promise<Image>;
}

export interface UploadTo {
  (ticket: UploadTicket, file: Uploadable, options: UploadToOptions & { readonly wait: 'uploaded' }): Promise<Image>;
  (
    ticket: UploadTicket,
    file: Uploadable,
    options?: UploadToOptions & { readonly wait?: 'ready' | undefined },
  ): Promise<ReadyImage>;
  (ticket: UploadTicket, file: Uploadable, options?: UploadToOptions): Promise<Image>;
}

/** @returns `upload`, which requests a ticket, and `uploadTo`, which uploads to a given one */
export function createUpload(services: UploadServices): { upload: Upload; uploadTo: UploadTo } {
  /** One upload: its progress, and calls that wait for a lost network. */
  function start(source: UploadSource, { onProgress }: UploadToOptions): Started {
    const progress = createProgress(source.size, onProgress);
    const api = services.api.withPatience(createNetworkPatience(progress.lost));
    return { source, progress, ...services, api, images: createImageCalls(api), parts: createPartCalls(api) };
  }

  async function send(upload: Started, target: UploadTarget, options: UploadToOptions): Promise<Image> {
    const { signal, timeoutMs, live, wait = 'ready', complete = true } = options;
    const { imageId, followToken } = target;
    const { source, progress, api, images } = upload;
    try {
      await sendFile(upload, { source, target, signal, onSent: progress.sent });
      const image = complete
        ? await images.completeUpload(imageId, { signal })
        : await images.getImage(imageId, { signal, followToken });
      progress.processed(image);
      if (wait === 'uploaded' || image.status === 'ready') return image;
      return await waitUntilReady(api, target, { signal, timeoutMs, live, onImage: progress.processed });
    } catch (error) {
      if (signal?.aborted && !options.keepOnAbort) await forget(imageId);
      throw error;
    }
  }

  async function begin({ source, images }: Started, options: UploadOptions): Promise<UploadTarget> {
    const request = uploadRequest(source, options);
    // The same key for every attempt: a renewed ticket is for the same image.
    const { signal, idempotencyKey = randomKey() } = options;
    const renew = () => images.requestUpload(request, { signal, idempotencyKey });
    const ticket = await renew();
    options.onTicket?.(ticket);
    return { ...targetOf(ticket), renew, mayBeBegun: options.idempotencyKey !== undefined };
  }

  /** Best effort: a remaining image expires automatically. */
  const forget = (imageId: string) =>
    services.images.deleteImage(imageId, { signal: AbortSignal.timeout(DELETE_WITHIN_MS) }).catch(() => {});

  async function upload(file: Uploadable, options: UploadOptions): Promise<Image> {
    options.signal?.throwIfAborted();
    const started = start(await uploadSource(file), options);
    const target = options.resume === undefined ? await begin(started, options) : { imageId: options.resume };
    return send(started, target, options);
  }

  async function uploadTo(ticket: UploadTicket, file: Uploadable, options: UploadToOptions = {}): Promise<Image> {
    options.signal?.throwIfAborted();
    return send(start(await uploadSource(file), options), targetOf(ticket), options);
  }

  return { upload: upload as Upload, uploadTo: uploadTo as UploadTo };
}

const targetOf = (ticket: UploadTicket): UploadTarget => ({
  imageId: ticket.imageId,
  followToken: ticket.followToken,
  ticket,
});
