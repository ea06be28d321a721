import { createImagemill, type Image, type Size, type UploadProgress } from '@imagemill/client';
import { notingRefusal } from '../keys/keys.ts';

/** A browser has six connections to an origin, by HTTP/1.1: some must stay free for calls. */
const STREAMS_MAX = 3;
/** Images per call: a page of the list, and one more, which shows whether there is another page. */
const LIST_CALL = 25;

interface UploadOptions {
  readonly category: string;
  /** The same key continues the same upload. */
  readonly idempotencyKey: string;
  /** Called with the share that is sent, 0 to 1, and whether the upload waits for the network. */
  readonly onProgress: (share: number, offline: boolean) => void;
  readonly signal: AbortSignal;
}

/** The calls of a seller, by the SDK that any seller app has; each throws ImagemillError. */
export function createSellerApi(apiKey: string) {
  const imagemill = createImagemill({ baseUrl: location.origin, apiKey });
  const noteRefusal = notingRefusal('apiKey');
  let streams = 0;
  return {
    /** @returns the image's id, once the upload is complete */
    async upload(file: File, { category, idempotencyKey, onProgress, signal }: UploadOptions): Promise<string> {
      const onSent = ({ loaded, total, offline }: UploadProgress) =>
        onProgress(total === 0 ? 0 : loaded / total, offline);
      const options = { category, idempotencyKey, signal, wait: 'uploaded', onProgress: onSent } as const;
      const image = await imagemill.upload(file, options).catch(noteRefusal);
      return image.imageId;
    },

    /** Reports every change of an image until its end: by live events, or by polling while too many streams are open. */
    async follow(imageId: string, onChange: (image: Image) => void, signal: AbortSignal): Promise<void> {
      const live = streams < STREAMS_MAX;
      if (live) streams += 1;
      try {
        for await (const image of imagemill.followImage(imageId, { signal, live })) onChange(image);
      } catch (error) {
        noteRefusal(error);
      } finally {
        if (live) streams -= 1;
      }
    },

    /** Earlier uploads, the newest first. */
    async *list(signal: AbortSignal): AsyncGenerator<Image, void, undefined> {
      try {
        yield* imagemill.listImages({ limit: LIST_CALL, signal });
      } catch (error) {
        noteRefusal(error);
      }
    },

    /** A URL of any size at the edge. */
    signSize: (imageId: string, size: Size, signal: AbortSignal) =>
      imagemill.signSize(imageId, size, { signal }).catch(noteRefusal),

    remove: (imageId: string) => imagemill.deleteImage(imageId).catch(noteRefusal),
  };
}
export type SellerApi = ReturnType<typeof createSellerApi>;
