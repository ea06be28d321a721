import pLimit from 'p-limit';
import type { Image } from '../load/api.ts';
import type { Upload } from '../load/load.ts';
import type { Bucket } from './bucket.ts';
import { checkImage } from './check-image.ts';

const CHECKS_AT_ONCE = 4;

/** The images by outcome. Each uploaded image is in exactly one set. */
export interface Verdict {
  readonly ready: Set<string>;
  readonly rejected: Set<string>;
  readonly dead: Set<string>;
  readonly lost: Set<string>;
  readonly partial: Set<string>;
  readonly wrong: Set<string>;
  /** A sentence for each lost, partial or wrong image. */
  readonly findings: string[];
}

/** Compares each image in the API with the objects in the buckets and with the upload. */
export async function judge(
  bucket: Bucket,
  uploads: readonly Upload[],
  states: ReadonlyMap<string, Image>,
): Promise<Verdict> {
  const verdict: Verdict = {
    ready: new Set(),
    rejected: new Set(),
    dead: new Set(),
    lost: new Set(),
    partial: new Set(),
    wrong: new Set(),
    findings: [],
  };
  const limit = pLimit(CHECKS_AT_ONCE);
  await Promise.all(
    uploads.map((upload) => limit(() => judgeOne(bucket, upload, states.get(upload.imageId), verdict))),
  );
  return verdict;
}

async function judgeOne(bucket: Bucket, upload: Upload, image: Image | undefined, verdict: Verdict): Promise<void> {
  const { imageId, picture, expected, report } = upload;
  const status = image?.status ?? 'never answered';
  if (status === 'failed') return void verdict.dead.add(imageId);
  if (status !== 'ready' && status !== 'rejected') {
    verdict.lost.add(imageId);
    verdict.findings.push(`${imageId} was uploaded (reported by ${report}) and is ${status}`);
    return;
  }
  const outcome = image?.error?.code === 'crashed-decoder' ? 'crashed' : status;
  if (outcome !== expected) {
    verdict.wrong.add(imageId);
    verdict.findings.push(`${imageId} should be ${expected} and is ${status} ${image?.error?.code ?? ''}`);
    return;
  }
  if (status === 'rejected') return void verdict.rejected.add(imageId);
  const { verdict: found, finding } = await checkImage(bucket, imageId, picture);
  if (finding) verdict.findings.push(finding);
  const place = { right: verdict.ready, 'no-manifest': verdict.lost, partial: verdict.partial, wrong: verdict.wrong };
  place[found].add(imageId);
}
