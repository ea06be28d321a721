import type { Fault } from '../fault.ts';
import { inFlight, readWorkerLogs } from '../judge/worker-log.ts';

/** Much shorter than a render: both workers must be in the middle of it. */
const POLL_MS = 100;
/** A lock of 15 s and two checks for stalled jobs take 30 s; twice that on a busy machine. */
const TAKEN_OVER_WITHIN_MS = 60_000;

export const pausedWorker: Fault = {
  name: 'paused-worker',
  description:
    'a worker stopped with SIGSTOP until another worker has taken over its jobs, then continued, {rounds} times',
  full: { rounds: 10, withinMs: 1_200_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 120_000 },
  short: { rounds: 1, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 1_500, settleWithinMs: 60_000 },
  async inject(chaos) {
    const { stack, random, rounds, pause, lostWorker, say, note } = chaos;
    for (let round = 1; round <= rounds; round++) {
      const worker = random.pick(stack.workers);
      const pid = await worker.up();
      while ((await pauseWithJobs(pid, stack.logs, worker.send)).size === 0) await pause(POLL_MS);
      lostWorker(pid);
      const pausedAt = Date.now();
      const had = inFlight(await readWorkerLogs(stack.logs), pid, pausedAt);
      const takenOver = await waitForTakeOver();
      worker.send('SIGCONT');
      say(`${round} of ${rounds} continued after ${Math.round((Date.now() - pausedAt) / 1000)} s`);
      if (!takenOver)
        note(`A worker was paused for ${TAKEN_OVER_WITHIN_MS / 1000} s and no other worker took over its jobs.`);
      await pause(2_000);

      async function waitForTakeOver(): Promise<boolean> {
        while (Date.now() - pausedAt < TAKEN_OVER_WITHIN_MS) {
          const lines = await readWorkerLogs(stack.logs);
          // Taken, not started: the manifest may already exist at the time of the pause, which leaves nothing to do.
          const taken = lines.filter(({ event, atMs }) => event === 'taken' && atMs > pausedAt);
          if (taken.some((line) => line.pid !== pid && had.has(line.imageId))) return true;
          await pause(POLL_MS);
        }
        return false;
      }
    }
  },
};

/** Pauses the process and returns the images that it is rendering; continues the process if there are none. */
async function pauseWithJobs(pid: number, logs: string, send: (signal: NodeJS.Signals) => boolean) {
  send('SIGSTOP');
  const images = inFlight(await readWorkerLogs(logs), pid, Date.now());
  if (images.size === 0) send('SIGCONT');
  return images;
}
