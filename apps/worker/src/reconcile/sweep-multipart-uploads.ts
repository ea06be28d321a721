import type { ListedUpload } from '@imagemill/storage';
import { parseOriginalKey, prefixes } from '@imagemill/variants';
import pLimit from 'p-limit';
import { z } from 'zod';
import { collectFindings, type Finding, type ReconcileServices, type Sweep } from './sweep.ts';

const CHECKS_AT_ONCE = 16;
/** The job is added seconds after the upload is created. The long wait covers a Redis that is restored from a backup. */
const ABANDONED_AFTER_MS = 24 * 3600_000;

const Position = z.object({ key: z.string(), uploadId: z.string() });

/** Finds multipart uploads without an image that waits for them. Keys that are not imagemill's are ignored. */
export const sweepMultipartUploads: Sweep = async (services, after, signal) => {
  const position = after === undefined ? undefined : Position.parse(JSON.parse(after));
  const page = await services.originals.multipart.list({ prefix: prefixes.originals, after: position }, { signal });
  const old = page.uploads.filter(({ initiatedAt }) => Date.now() - initiatedAt.getTime() >= ABANDONED_AFTER_MS);
  const slot = pLimit(CHECKS_AT_ONCE);
  const findings = await Promise.all(
    old.map((upload) =>
      slot(() =>
        collectFindings(abandoned(services, upload, signal), parseOriginalKey(upload.key) ?? { imageId: upload.key }),
      ),
    ),
  );
  return {
    examined: page.uploads.length,
    findings: findings.flat(),
    next: page.nextAfter && JSON.stringify(page.nextAfter),
  };
};

async function abandoned(
  { originals, queue }: ReconcileServices,
  upload: ListedUpload,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const address = parseOriginalKey(upload.key);
  if (!address) return undefined;
  const { imageId, tenant } = address;
  const job = await queue.find(imageId);
  const isItsUpload = job?.image.multipart?.uploadId === upload.uploadId;
  if (isItsUpload && (job.status === 'awaiting-upload' || job.status === 'queued')) return undefined;
  const repair = () => originals.multipart.abort(upload, { signal });
  return { kind: 'abandoned-parts', imageId, tenant, repair };
}
