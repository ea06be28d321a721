import { Problem } from '@imagemill/http';
import type { MultipartOfImage, RenderImage } from '@imagemill/records';
import type { ObjectStorage, UploadedPart } from '@imagemill/storage';
import { partCount, partLength } from './part-plan.ts';
import { uploadEnded } from './pending-upload.ts';

/** The number of parts that one call can sign. */
const MISSING_PARTS_MAX = 100;

/**
 * Assembles an image's parts into one object of exactly the declared length. Safe to repeat, even concurrently: S3
 * completes an upload once, and the second call finds the object.
 *
 * @throws Problem 409 `not-uploaded`, with the numbers of the missing parts; 409 `upload-ended` if the upload was
 * aborted
 * @throws StorageError
 */
export async function assembleParts(
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
    detail: 'A part was uploaded again during the assembly. Complete the upload again.',
  });
}

/** Ignores parts with higher numbers, which were not signed. */
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
  const missingParts = missing.slice(0, MISSING_PARTS_MAX);
  const detail = `Parts that are not uploaded yet: ${missing.length}. The first is part ${missing[0]}.`;
  return new Problem({ status: 409, code: 'not-uploaded', detail, missingParts });
}
