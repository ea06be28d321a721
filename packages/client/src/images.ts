import type { ApiClient } from './api/api-client.ts';
import { randomKey } from './api/random-key.ts';
import { type Size, sizeParameters } from './picture/size.ts';
import type {
  Enhance,
  Focus,
  Image,
  ImageReport,
  ImageStatus,
  ImportRequest,
  ImportTicket,
  SignedUrl,
  UploadRequest,
  UploadTicket,
} from './types.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface TicketOptions extends CallOptions {
  /** The same key returns the same ticket for 24 h. Random by default, so that a retry creates no second image. */
  readonly idempotencyKey?: string | undefined;
}

export interface ListOptions extends CallOptions {
  readonly category?: string | undefined;
  readonly status?: ImageStatus | undefined;
  /** Images per page; a page is one call. */
  readonly limit?: number | undefined;
}

/** The calls of the API. All throw `ImagemillError`. */
export interface ImageCalls {
  requestUpload(request: UploadRequest, options?: TicketOptions): Promise<UploadTicket>;
  /** Up to 100 in one call, in their order: all or none. */
  requestUploads(requests: readonly UploadRequest[], options?: TicketOptions): Promise<UploadTicket[]>;
  importImage(request: ImportRequest, options?: TicketOptions): Promise<ImportTicket>;
  /** Reports that the upload is complete. Idempotent. */
  completeUpload(imageId: string, options?: CallOptions): Promise<Image>;
  getImage(imageId: string, options?: CallOptions & { readonly followToken?: string | undefined }): Promise<Image>;
  /** The facts about the original of an image, and the warnings for its seller. */
  getReport(
    imageId: string,
    options?: CallOptions & { readonly followToken?: string | undefined },
  ): Promise<ImageReport>;
  /** The newest first; loads page after page while you iterate. */
  listImages(options?: ListOptions): AsyncGenerator<Image, void, undefined>;
  reprocessImage(imageId: string, options?: CallOptions): Promise<Image>;
  /** Renders a ready image around another focus, under new URLs; `null` removes its focus. */
  setFocus(imageId: string, focus: Focus | null, options?: CallOptions): Promise<Image>;
  /** Renders a ready image from enhanced pixels, under new URLs; `null` renders it from the pixels as they were uploaded. */
  setEnhance(imageId: string, enhance: Enhance | null, options?: CallOptions): Promise<Image>;
  /** A URL of an image at any size, which the API signs. Needs an edge, and a signing key of the tenant. */
  signSize(imageId: string, size: Size, options?: CallOptions): Promise<SignedUrl>;
  deleteImage(imageId: string, options?: CallOptions): Promise<void>;
}

/** The path of an image in the API. */
export const imagePath = (imageId: string): string => `/v1/images/${encodeURIComponent(imageId)}`;

export function createImageCalls(api: ApiClient): ImageCalls {
  const issue = <T>(path: string, body: unknown, { signal, idempotencyKey = randomKey() }: TicketOptions = {}) =>
    api.json<T>({ method: 'POST', path, body, signal, headers: { 'idempotency-key': idempotencyKey } });
  const post = (path: string, { signal }: CallOptions = {}) => api.json<Image>({ method: 'POST', path, signal });

  return {
    requestUpload: (request, options) => issue('/v1/images/upload-url', request, options),
    requestUploads: async (images, options) =>
      (await issue<{ tickets: UploadTicket[] }>('/v1/images/upload-urls', { images }, options)).tickets,
    importImage: (request, options) => issue('/v1/images/import', request, options),
    completeUpload: (imageId, options) => post(`${imagePath(imageId)}/complete`, options),
    reprocessImage: (imageId, options) => post(`${imagePath(imageId)}/reprocess`, options),
    setFocus: (imageId, focus, { signal } = {}) =>
      api.json({ method: 'PATCH', path: imagePath(imageId), body: { focus }, signal }),
    setEnhance: (imageId, enhance, { signal } = {}) =>
      api.json({ method: 'PATCH', path: imagePath(imageId), body: { enhance }, signal }),
    signSize: (imageId, size, { signal } = {}) =>
      api.json({ method: 'GET', path: `${imagePath(imageId)}/size-url`, query: sizeParameters(size), signal }),
    getImage: (imageId, { signal, followToken } = {}) =>
      api.json({ method: 'GET', path: imagePath(imageId), signal, followToken }),
    getReport: (imageId, { signal, followToken } = {}) =>
      api.json({ method: 'GET', path: `${imagePath(imageId)}/report`, signal, followToken }),
    deleteImage: (imageId, { signal } = {}) => api.json({ method: 'DELETE', path: imagePath(imageId), signal }),

    async *listImages({ signal, ...query } = {}) {
      let cursor: string | undefined;
      do {
        const call = { method: 'GET', path: '/v1/images', query: { ...query, cursor }, signal } as const;
        const page = await api.json<{ images: Image[]; nextCursor?: string }>(call);
        yield* page.images;
        cursor = page.nextCursor;
      } while (cursor !== undefined);
    },
  };
}
