import type { ImageId } from '@imagemill/variants';
import { LRUCache } from 'lru-cache';
import type { FindImage, Finding } from './find-image.ts';

const IMAGES_MAX = 10_000;

/** An upload is visible after one second, a deletion after three. A render is checked against deletions once more at its end. */
const memoryMs: Record<Finding['is'], number> = { found: 3_000, missing: 1_000, gone: 10_000 };

export interface Findings {
  readonly find: FindImage;
  /** What a render has found out since: it is true for all requests of the next seconds. */
  note(imageId: ImageId, finding: Exclude<Finding, { is: 'found' }>): void;
}

/** Remembers findings for seconds: the renditions of a page are requested together. Failures are not remembered. */
export function rememberFindings(find: FindImage): Findings {
  const known = new LRUCache<ImageId, Finding>({ max: IMAGES_MAX });
  const note = (imageId: ImageId, finding: Finding) => void known.set(imageId, finding, { ttl: memoryMs[finding.is] });
  return {
    note,
    async find(imageId, signal) {
      const remembered = known.get(imageId);
      if (remembered) return remembered;
      const finding = await find(imageId, signal);
      note(imageId, finding);
      return finding;
    },
  };
}
