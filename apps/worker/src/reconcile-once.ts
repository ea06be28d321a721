import { createDeletions, createFinishedImages, createManifests, createPreviews } from '@imagemill/manifests';
import {
  checkRedis,
  createFingerprints,
  createImageIndex,
  createProducerConnection,
  createPurgeQueue,
  createRenderQueue,
  redisAddress,
} from '@imagemill/queue';
import { parseEnv, parseJsonFile, readFlags, StartUpError, startUpChecks } from '@imagemill/service';
import { bucketsOf, checkBucket, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import { loadVariantSets } from '@imagemill/variants';
import { reconcileEnv } from './env.ts';
import { purgesAreOn } from './purge/env.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { createReport } from './reconcile/report.ts';

const HELP = `usage: reconcile [--dry-run] [--json]

Compares the buckets with the queue and repairs differences: uploads without a job or a result, unfinished deletions,
orphaned renditions, dead letters that cannot be redriven. Workers do the same at regular intervals.

  --dry-run  only report, repair nothing
  --json     print one JSON object per finding, and one for the summary

Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted. It is safe to run it again at any time.`;

const flag = { type: 'boolean', default: false } as const;
const DAY_MS = 24 * 3600_000;

/** Runs one complete round. */
async function main(): Promise<void> {
  const flags = readFlags({ 'dry-run': flag, json: flag }, HELP);
  if (!flags) return;
  const { 'dry-run': dryRun, json } = flags;
  const report = createReport({ dryRun, json });
  const env = parseEnv(reconcileEnv, process.env);
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 3, requestTimeoutMs: 20_000 });
  const buckets = bucketsOf(env);
  const originals = createS3Storage({ client, ...buckets.originals });
  const cdn = createS3Storage({ client, ...buckets.cdn });
  const connection = createProducerConnection(redisAddress(env));
  connection.on('error', () => {});
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  try {
    await startUpChecks({
      Redis: () => checkRedis(connection),
      [`bucket ${originals.bucket}`]: () => checkBucket(originals),
      [`bucket ${cdn.bucket}`]: () => checkBucket(cdn),
    });
    const manifests = createManifests(originals);
    const deletions = createDeletions(originals, manifests);
    const queue = createRenderQueue({ connection, prefix: env.QUEUE_PREFIX });
    const summary = await reconcile(
      {
        originals,
        cdn,
        manifests,
        deletions,
        queue,
        previews: createPreviews(originals),
        finishedImages: createFinishedImages(originals),
        categories: (await parseJsonFile(env.VARIANT_SETS_FILE, loadVariantSets)).categories,
        index: createImageIndex(connection, env.QUEUE_PREFIX),
        fingerprints: createFingerprints(connection, env.QUEUE_PREFIX),
        purges: purgesAreOn(env) ? createPurgeQueue({ connection, prefix: env.QUEUE_PREFIX }) : undefined,
        oldRevisionGraceMs: env.OLD_REVISION_GRACE_DAYS * DAY_MS,
        heldMs: env.MODERATION_HELD_DAYS * DAY_MS,
        storedSizeMs: env.STORED_SIZE_DAYS * DAY_MS,
      },
      {
        dryRun,
        pagesMax: Number.POSITIVE_INFINITY,
        signal: interrupted.signal,
        onFinding: (finding) => say(report.finding(finding)),
      },
    );
    say(report.summary(summary));
  } catch (error) {
    process.stderr.write(`${interrupted.signal.aborted ? 'Interrupted.' : explanation(error)}\n`);
    process.exitCode = interrupted.signal.aborted ? 130 : 1;
  } finally {
    connection.disconnect();
    client.destroy();
  }
}

const say = (text: string) => process.stdout.write(`${text}\n`);

function explanation(error: unknown): string {
  if (error instanceof StartUpError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${explanation(error)}\n`);
  process.exitCode = 1;
});
