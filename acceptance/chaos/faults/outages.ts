import type { Misbehaviour } from '@imagemill/local-stack/test-support';
import type { Chaos, Fault } from '../fault.ts';
import { readWorkerLogs } from '../judge/worker-log.ts';
import { buckets } from '../stack/chaos-stack.ts';

/** Every worker must take jobs again this soon. Short runs share the machine and only note the time. */
const FULL_SPEED_WITHIN_MS = 30_000;
const FULL_SECONDS_MIN = 60;
const TAKEN_WITHIN_MS_MAX = 120_000;
const POLL_MS = 250;
/** Between two outages, new uploads must be in flight. */
const UPLOADS_BETWEEN = 4;

const storageOutages: readonly { name: string; misbehaviour: Misbehaviour; away: readonly string[] }[] = [
  { name: 'refused', misbehaviour: 'reset', away: [buckets.originals, buckets.cdn] },
  { name: 'hanging', misbehaviour: 'hang', away: [buckets.originals, buckets.cdn] },
  { name: 'only the CDN bucket, 403', misbehaviour: 'forbid', away: [buckets.cdn] },
  { name: 'only the originals bucket, 500', misbehaviour: 'error', away: [buckets.originals] },
];

/** The retries of a job without a breaker take 75 s. */
const size = {
  full: { withinMs: 1_500_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 180_000 },
  short: { withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 500, settleWithinMs: 120_000 },
};

const missed: Fault['missed'] = ({ attemptsUsed, deadLetters }) => [
  ...(attemptsUsed === 0 ? [] : [`${attemptsUsed} images lost an attempt`]),
  ...Object.entries(deadLetters).map(([code, count]) => `${count} dead letters with ${code}`),
];

export const storageOutage: Fault = {
  name: 'storage-outage',
  description: 'the storage refuses, hangs, loses its CDN bucket, then its originals bucket, for {rounds} s each',
  full: { rounds: 150, ...size.full },
  short: { rounds: 4, ...size.short },
  stack: { storageProxy: true },
  async inject(chaos) {
    for (const { name, misbehaviour, away } of storageOutages) {
      chaos.say(name);
      const isAway = (url = '') => away.some((bucket) => url.split(/[/?]/)[1] === bucket);
      chaos.stack.storageProxy?.misbehave(({ url }) => (isAway(url) ? misbehaviour : undefined));
      await chaos.pause(chaos.rounds * 1_000);
      chaos.stack.storageProxy?.misbehave(undefined);
      await measureRecovery(chaos, name);
    }
  },
  missed,
};

export const redisOutage: Fault = {
  name: 'redis-outage',
  description: 'Redis is down, then does not answer, for {rounds} s each',
  full: { rounds: 300, ...size.full },
  short: { rounds: 5, ...size.short },
  async inject(chaos) {
    for (const how of ['down', 'hanging'] as const) {
      chaos.say(how);
      await chaos.stack.redis.interrupt(how, () => chaos.pause(chaos.rounds * 1_000));
      await measureRecovery(chaos, how);
    }
  },
  missed,
};

/** Measures how soon after now every worker takes jobs again, and then waits for new uploads. */
async function measureRecovery(chaos: Chaos, outage: string): Promise<void> {
  const { stack, load, rounds, say, note, fail, pause } = chaos;
  const endedAt = Date.now();
  const pids = stack.workers.flatMap(({ pid }) => pid ?? []);
  let waited = new Map<number, number>();
  while (waited.size < pids.length && Date.now() - endedAt < TAKEN_WITHIN_MS_MAX) {
    await pause(POLL_MS);
    const taken = (await readWorkerLogs(stack.logs)).filter(({ event, atMs }) => event === 'taken' && atMs > endedAt);
    // The last entry of a process stays: its first job.
    waited = new Map(taken.toReversed().map(({ pid, atMs }) => [pid, atMs - endedAt]));
  }
  const slowestMs = waited.size < pids.length ? TAKEN_WITHIN_MS_MAX : Math.max(...waited.values());
  const sentence = `${outage}: every worker took jobs again ${Math.round(slowestMs / 1000)} s after the end of the outage`;
  say(sentence);
  note(sentence);
  if (rounds >= FULL_SECONDS_MIN && slowestMs > FULL_SPEED_WITHIN_MS) fail(`${sentence}, instead of 30 s`);
  const uploaded = [...load.uploads.values()].filter((upload) => upload.uploaded).length;
  await load.uploaded(uploaded + UPLOADS_BETWEEN);
}
