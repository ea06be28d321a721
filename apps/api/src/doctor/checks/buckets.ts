import { checkBucket } from '@imagemill/storage';
import { clockSkewMs } from '@imagemill/storage/probes';
import { type Check, type Outcome, ok, problem, warning } from '../finding.ts';
import type { Stores } from '../stores.ts';

/** The storage refuses signatures that are 15 minutes old; deadlines of uploads are off by the difference. */
const SKEW_MS = { warning: 5_000, problem: 60_000 };

/** Both buckets exist, can be written and read, and answer 404 for a missing object; the storage's clock is right. */
export const bucketsCheck = ({ originals, cdn, objects, endpoint }: Stores): Check => ({
  name: 'buckets',
  async run(signal) {
    const isOne = originals.bucket === cdn.bucket;
    return [
      ...(isOne ? [problem('both buckets are the same', 'Set ORIGINALS_BUCKET and CDN_BUCKET to two buckets.')] : []),
      ...(await Promise.all(
        [originals, cdn].map((storage) => bucketOutcome(storage, objects.newKey(storage), signal)),
      )),
      clockOutcome(await clockSkewMs(endpoint, signal)),
    ];
  },
});

async function bucketOutcome(storage: Stores['originals'], key: string, signal: AbortSignal): Promise<Outcome> {
  const [failure] = await checkBucket(storage, { canaryKey: key });
  if (failure !== undefined) return problem(`${storage.bucket}: ${failure}`, 'Without this bucket, nothing works.');
  const isMissingKnown = await storage.head(`${key}-missing`, { signal }).then(
    () => true,
    () => false,
  );
  return isMissingKnown
    ? ok(`${storage.bucket} can be written and read`)
    : problem(
        `${storage.bucket} answers 403 for a missing object`,
        'Allow s3:ListBucket for these credentials: a missing upload is otherwise an error.',
      );
}

function clockOutcome(skewMs: number | undefined): Outcome {
  if (skewMs === undefined) return ok('the storage sends no date: its clock was not compared');
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const message = `the clock of the storage and the local clock are ${seconds} s apart`;
  const fix = 'Synchronise the clocks (NTP).';
  if (Math.abs(skewMs) >= SKEW_MS.problem) return problem(message, fix);
  return Math.abs(skewMs) >= SKEW_MS.warning ? warning(message, fix) : ok(message);
}
