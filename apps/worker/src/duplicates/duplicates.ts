import { type Fingerprints, QueueUnavailableError } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import type { Similar } from '@imagemill/report';
import type { Logger } from '@imagemill/service';

type Owned = Pick<RenderImage, 'tenant' | 'imageId'>;

/** Images of the same tenant that look alike. */
export interface Duplicates {
  /** Also adds the image to the index. @returns undefined while Redis does not answer: the image is rendered without it */
  of(image: Owned, seen: { readonly sha256: string; readonly hash?: string | undefined }): Promise<Similar | undefined>;
  /**
   * Ends all comparisons with an image that is not ready. It stays in the index without a fingerprint: the reconciler would take one that is
   * missing for lost. @throws QueueUnavailableError
   */
  withhold(image: Owned): Promise<void>;
  /** Of an image that is deleted. @throws QueueUnavailableError */
  forget(image: Owned): Promise<void>;
}

export function createDuplicates(fingerprints: Fingerprints, logger: Logger): Duplicates {
  return {
    async of({ tenant, imageId }, seen) {
      try {
        return await fingerprints.add(tenant, { imageId, ...seen });
      } catch (err) {
        if (!(err instanceof QueueUnavailableError)) throw err;
        logger.warn({ err, imageId }, 'the search for duplicates was skipped');
        return undefined;
      }
    },

    async withhold({ tenant, imageId }) {
      await fingerprints.add(tenant, { imageId });
    },

    forget: ({ tenant, imageId }) => fingerprints.remove(tenant, imageId),
  };
}
