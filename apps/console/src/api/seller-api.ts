import { createImagemill, type Image } from '@imagemill/client';

/** A browser has six connections to an origin, by HTTP/1.1; some must be left for calls. */
const STREAMS_MAX = 3;
/** Images a call: a page of the list, and the one that tells whether there is another. */
const LIST_CALL = 25;

interface UploadOptions {
  readonly category: string;
  /** Told the share that is sent, 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** What a seller does here, by the SDK that any seller app has; each throws ImagemillError. */
export function createSellerApi(apiKey: string) {
  const imagemill = createImagemill({ baseUrl: location.origin, apiKey });
  let streams = 0;
  return {
    /** @returns the image's id, once its bytes are there */
    async upload(file: File, { category, onProgress, signal }: UploadOptions): Promise<string> {
      const image = await imagemill.upload(file, {
        category,
        signal,
        wait: 'uploaded',
        onProgress: ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total),
      });
      return image.imageId;
    },

    /** Tells every change of an image until its end: by live events, or by asking while as many as may be are open. */
    async follow(imageId: string, onChange: (image: Image) => void, signal: AbortSignal): Promise<void> {
      const live = streams < STREAMS_MAX;
      if (live) streams += 1;
      try {
        for await (const image of imagemill.followImage(imageId, { signal, live })) onChange(image);
      } finally {
        if (live) streams -= 1;
      }
    },

    /** What was uploaded before, the newest first. */
    list: (signal: AbortSignal) => imagemill.listImages({ limit: LIST_CALL, signal }),

    remove: (imageId: string) => imagemill.deleteImage(imageId),
  };
}
export type SellerApi = ReturnType<typeof createSellerApi>;
