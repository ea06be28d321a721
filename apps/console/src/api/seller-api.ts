import { callApi } from './call-api.ts';
import { hasEnded, type Image } from './image.ts';
import { putFile } from './put-file.ts';

const LOOK_EVERY_MS = 250;
const PAGE = 24;

interface Ticket {
  readonly imageId: string;
  readonly uploadUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface UploadOptions {
  readonly category: string;
  /** Told the share that is sent, 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** The calls of a seller; each throws ApiError. */
export function createSellerApi(key: string) {
  return {
    async upload(file: File, { category, onProgress, signal }: UploadOptions): Promise<{ imageId: string }> {
      const body = { filename: file.name, contentType: file.type, contentLength: file.size, category };
      const ticket = await callApi<Ticket>('POST', '/v1/images/upload-url', { key, body, signal });
      const { imageId, uploadUrl: url, headers } = ticket;
      await putFile({ url, headers, file, onProgress, signal });
      await callApi('POST', `/v1/images/${imageId}/complete`, { key, signal });
      return { imageId };
    },

    /** Tells every change of an image until its end, or until the signal. */
    async follow(imageId: string, onChange: (image: Image) => void, signal: AbortSignal): Promise<void> {
      for (;;) {
        const image = await callApi<Image>('GET', `/v1/images/${imageId}`, { key, signal });
        onChange(image);
        if (hasEnded(image)) return;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },

    /** A page of what was uploaded before, the newest first. */
    list(cursor: string | undefined, signal: AbortSignal) {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== undefined && { cursor }) });
      return callApi<{ images: readonly Image[]; nextCursor?: string }>('GET', `/v1/images?${query}`, { key, signal });
    },

    remove: (imageId: string) => callApi('DELETE', `/v1/images/${imageId}`, { key }),
  };
}
export type SellerApi = ReturnType<typeof createSellerApi>;
