import type { FaultSize } from '../fault.ts';
import type { Api } from '../load/api.ts';
import type { Load } from '../load/load.ts';
import type { FaultReport } from '../report/fault-report.ts';
import type { Bucket } from './bucket.ts';
import { countByCode, listDeadLetters, redrive } from './dead-letters.ts';
import { finalStates } from './final-states.ts';
import type { ManifestWatch } from './manifest-watch.ts';
import { type Interruption, recoveries } from './recoveries.ts';
import { judge } from './verdict.ts';
import { countRepeats, readWorkerLogs } from './worker-log.ts';

const FINDINGS_MAX = 20;

type Counted = Omit<FaultReport, 'fault' | 'description' | 'durationMs' | 'seed' | 'missed'>;

/** Waits until every image has finished and counts the outcomes. Then redrives the dead letters and counts again. */
export async function countFault(after: {
  readonly api: Api;
  readonly bucket: Bucket;
  readonly watch: ManifestWatch;
  readonly load: Load;
  readonly interruptions: readonly Interruption[];
  readonly notes: string[];
  readonly logs: string;
  readonly size: FaultSize;
  readonly say: (progress: string) => void;
  readonly signal: AbortSignal;
}): Promise<Counted> {
  const { api, bucket, watch, load, size, say, signal } = after;
  const uploads = [...load.uploads.values()].filter(({ uploaded }) => uploaded);
  const ids = uploads.map(({ imageId }) => imageId);
  const states = await finalStates(api, ids, size.settleWithinMs, signal);
  say(`checking ${uploads.length} images`);
  const verdict = await judge(bucket, uploads, states);
  const letters = await listDeadLetters(api, signal);
  const lines = await readWorkerLogs(after.logs);
  const { interruptedJobs, recoveredMs, neverRecovered } = recoveries(lines, after.interruptions);

  if (letters.length > 0) say(`redriving ${letters.length} dead letters`);
  await redrive(api, letters, signal);
  const redriven = new Set(letters.map(({ imageId }) => imageId));
  const again = uploads.filter(({ imageId }) => redriven.has(imageId));
  const statesAgain = await finalStates(api, redriven, size.settleWithinMs, signal);
  const verdictAgain = await judge(bucket, again, statesAgain);
  await watch.stop();

  // A render may have finished before its worker could log it. Such an image does not need to run again.
  const unrecovered = neverRecovered.filter((imageId) => verdict.lost.has(imageId));
  const partial = new Set([...watch.partial, ...verdict.partial, ...verdictAgain.partial]);
  return {
    uploads: uploads.length,
    poisoned: uploads.filter(({ expected }) => expected === 'crashed').length,
    ready: verdict.ready.size,
    rejected: verdict.rejected.size,
    lost: verdict.lost.size,
    duplicatedRenders: countRepeats(lines, 'finished'),
    restartedRenders: countRepeats(lines, 'started'),
    partialManifests: partial.size,
    wrongPictures: verdict.wrong.size + verdictAgain.wrong.size,
    deadLetters: countByCode(letters),
    redriven: { count: letters.length, ready: verdictAgain.ready.size + verdictAgain.rejected.size },
    attemptsUsed: [...states.values()].filter(({ attempts }) => attempts > 1).length,
    interruptedJobs,
    ...(recoveredMs.length > 0 && { worstRecoveryMs: Math.max(...recoveredMs) }),
    notes: [
      ...after.notes,
      ...verdict.findings.slice(0, FINDINGS_MAX),
      ...verdictAgain.findings.slice(0, FINDINGS_MAX),
      ...unrecovered.map((imageId) => `${imageId} was in flight on a lost worker and never ran again`),
    ],
  };
}
