import { ApiError, callApi } from './call-api.ts';
import { hasEnded, type Image } from './image.ts';

interface Ticket {
  readonly imageId: string;
  readonly uploadUrl: string;
  readonly headers: Record<string, string>;
}

/** The calls of a seller; each throws ApiError. */
export function createSellerApi(key: string) {
  const image = (imageId: string, signal: AbortSignal) =>
    callApi<Image>('GET', `/v1/images/${imageId}`, { key, signal });
  return {
    async upload(
      file: File,
      options: { category: string; onProgress: (share: number) => void; signal: AbortSignal },
    ): Promise<{ imageId: string }> {
      const { category, onProgress, signal } = options;
      const body = { filename: file.name, contentType: file.type, contentLength: file.size, category };
      const ticket = await callApi<Ticket>('POST', '/v1/images/upload-url', { key, body, signal });
      await put(ticket, file, onProgress, signal);
      await callApi('POST', `/v1/images/${ticket.imageId}/complete`, { key, signal });
      return { imageId: ticket.imageId };
    },
    /** Tells every change of an image until its end. */
    async follow(imageId: string, onChange: (image: Image) => void, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const now = await image(imageId, signal);
        onChange(now);
        if (hasEnded(now)) return;
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    },
    list: async (
      cursor: string | undefined,
      signal: AbortSignal,
    ): Promise<{ images: readonly Image[]; nextCursor?: string }> =>
      callApi('GET', `/v1/images?limit=24${cursor ? `&cursor=${cursor}` : ''}`, { key, signal }),
    remove: (imageId: string) => callApi('DELETE', `/v1/images/${imageId}`, { key }),
  };
}
export type SellerApi = ReturnType<typeof createSellerApi>;

function put(ticket: Ticket, file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () =>
      request.status < 300 || request.status === 412
        ? resolve()
        : reject(
            new ApiError({
              code: 'upload-failed',
              message: `The storage answered ${request.status}.`,
              retryable: true,
            }),
          );
    request.onerror = () =>
      reject(new ApiError({ code: 'upload-failed', message: 'The storage does not answer.', retryable: true }));
    request.onabort = () => reject(signal.reason);
    request.open('PUT', ticket.uploadUrl);
    for (const [name, value] of Object.entries(ticket.headers)) request.setRequestHeader(name, value);
    request.send(file);
  });
}
