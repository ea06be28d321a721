import { imageFromKey, type RenderQueue } from '@imagemill/queue';
import { parseOriginalKey } from '@imagemill/variants';
import pLimit from 'p-limit';
import type { CreatedObject } from './bucket-event.ts';

/** One body may name thousands of objects, and every caller shares one connection to Redis. */
const REPORTS_AT_ONCE = 16;

/**
 * Starts the jobs of what a bucket says was created; an image without a job gets one, made from its key. Telling it again,
 * late or out of order is harmless, and what is no original in our bucket is passed over.
 *
 * @returns how many of the objects are originals of ours
 * @throws QueueUnavailableError when any of them could not be reported: tell all of them again
 */
export type ReportUploads = (created: readonly CreatedObject[]) => Promise<number>;

export function createReportUploads({ bucket, queue }: { bucket: string; queue: RenderQueue }): ReportUploads {
  const limit = pLimit(REPORTS_AT_ONCE);

  return async (created) => {
    const addresses = created
      .filter((object) => object.bucket === bucket)
      .flatMap(({ key }) => parseOriginalKey(key) ?? []);
    await limit.map(addresses, async (address) => {
      if (!(await queue.reportUpload(address.imageId))) await queue.add(imageFromKey(address), 0);
    });
    return addresses.length;
  };
}
