import type { MultipartOfImage } from '@imagemill/records';

const MIB = 1024 * 1024;
/** S3's own limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html, which also wants 5 MiB a part. */
const PARTS_MAX = 10_000;
/** A lost connection costs one part; each part costs a request and a URL. */
const PART_BYTES = 8 * MIB;

type Plan = Pick<MultipartOfImage, 'partSize' | 'contentLength'>;

/** Bytes per part, except the last: whole MiB, large enough to stay within PARTS_MAX. */
export const planParts = (contentLength: number): number =>
  Math.max(PART_BYTES, Math.ceil(contentLength / PARTS_MAX / MIB) * MIB);

export const partCount = ({ partSize, contentLength }: Plan): number => Math.ceil(contentLength / partSize);

/** The exact length of a part in bytes. @param partNumber 1 to `partCount` */
export const partLength = (plan: Plan, partNumber: number): number =>
  Math.min(plan.partSize, plan.contentLength - (partNumber - 1) * plan.partSize);
