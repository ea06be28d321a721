import { UnreadableError } from '@imagemill/errors';
import type { EventProbes, RenderQueue } from '@imagemill/queue';
import { type CreatedObject, imageFromKey } from '@imagemill/records';
import type { Logger } from '@imagemill/service';
import { type OriginalAddress, parseEventProbeKey, parseOriginalKey } from '@imagemill/variants';
import pLimit from 'p-limit';

/** One body may name thousands of objects, and all callers share one connection to Redis. */
const REPORTS_AT_ONCE = 16;

/**
 * Starts the jobs of created objects; an image without a job gets one, made from its key. Late, repeated and unordered
 * reports are harmless. Objects that are not originals in our bucket are ignored. An image with an unreadable job is
 * logged only: a retry would fail again, together with the other objects of its event.
 *
 * @returns the number of our originals among the objects
 * @throws QueueUnavailableError if any of them could not be reported: report all of them again
 */
export type ReportUploads = (created: readonly CreatedObject[]) => Promise<number>;

interface ReportOptions {
  readonly bucket: string;
  readonly queue: Pick<RenderQueue, 'reportUpload' | 'add'>;
  readonly eventProbes: Pick<EventProbes, 'note'>;
  readonly logger: Logger;
}

export function createReportUploads({ bucket, queue, eventProbes, logger }: ReportOptions): ReportUploads {
  const limit = pLimit(REPORTS_AT_ONCE);

  async function report(address: OriginalAddress): Promise<void> {
    try {
      if (!(await queue.reportUpload(address.imageId))) await queue.add(imageFromKey(address), 0);
    } catch (err) {
      if (!(err instanceof UnreadableError)) throw err;
      logger.error({ err, imageId: address.imageId }, 'an upload was not reported to its job');
    }
  }

  return async (created) => {
    const keys = created.filter((object) => object.bucket === bucket).map(({ key }) => key);
    const addresses = keys.flatMap((key) => parseOriginalKey(key) ?? []);
    await limit.map(addresses, report);
    await limit.map(
      keys.flatMap((key) => parseEventProbeKey(key) ?? []),
      (id) => eventProbes.note(id),
    );
    return addresses.length;
  };
}
