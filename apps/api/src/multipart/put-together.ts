import type { MultipartOfImage, RenderImage } from '@imagemill/queue';
import type { ObjectStorage, UploadedPart } from '@imagemill/storage';
import { Problem } from '../http/problem.ts';
import { partCount, partLength } from './part-plan.ts';
import { uploadEnded } from './upload-under-way.ts';

/** As many as can be signed in one call. */
const MISSING_TOLD_MAX = 100;

/**
 * Makes one object of an image's parts, of exactly the declared length. Harmless to do twice, or twice at once: S3 ends an
 * upload once, and whoever comes second finds the object.
 *
 * @throws Problem 409 `not-uploaded`, with the numbers of the parts that miss; 409 `upload-ended` when it was given up
 * @throws StorageError
 */
export async function putTogether(
  originals: ObjectStorage,
  { originalKey: key, multipart: plan }: Pick<RenderImage, 'originalKey'> & { multipart: MultipartOfImage },
): Promise<void> {
  const upload = { key, uploadId: plan.uploadId };
  const uploaded = await originals.multipart.parts(upload);
  const { parts, missing } = compare(plan, uploaded ?? []);
  if (uploaded && missing.length > 0) throw partsMissing(missing);
  const outcome = uploaded ? await originals.multipart.complete({ ...upload, parts }) : 'no-such-upload';
  if (outcome === 'completed' || (await originals.head(key))) return;
  if (outcome === 'no-such-upload') throw uploadEnded();
  throw new Problem({
    status: 409,
    code: 'not-uploaded',
    detail: 'A part was uploaded again while the parts were put together. Complete it once more.',
  });
}

/** Parts that were not signed for, with a higher number, are left out. */
function compare(plan: MultipartOfImage, uploaded: readonly UploadedPart[]) {
  const byNumber = new Map(uploaded.map((part) => [part.partNumber, part]));
  const parts: UploadedPart[] = [];
  const missing: number[] = [];
  for (let partNumber = 1; partNumber <= partCount(plan); partNumber += 1) {
    const part = byNumber.get(partNumber);
    if (part?.sizeBytes === partLength(plan, partNumber)) parts.push(part);
    else missing.push(partNumber);
  }
  return { parts, missing };
}

function partsMissing(missing: readonly number[]): Problem {
  const missingParts = missing.slice(0, MISSING_TOLD_MAX);
  const detail = `${missing.length} of the parts are not uploaded yet, the first of them part ${missing[0]}.`;
  return new Problem({ status: 409, code: 'not-uploaded', detail, missingParts });
}
