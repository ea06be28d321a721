import type { Job } from 'bullmq';
import type { RenderOutcome } from '../jobs.ts';
import type { JobRunResult } from '../run-job.ts';
import type { Turns } from './turns.ts';

/**
 * Runs a job that was started, and charges its tenant for the time that it held its slot.
 *
 * @param onError called if the charge could not be corrected; the job does not fail
 */
export async function inTurn(
  turns: Turns,
  job: Job,
  { run, onError }: { run: () => Promise<JobRunResult<RenderOutcome>>; onError: (error: Error) => void },
): Promise<JobRunResult<RenderOutcome>> {
  const turn = await turns.begin(job);
  const startedAt = performance.now();
  let isTypical = false;
  try {
    const result = await run();
    isTypical = result.outcome === 'completed' && ['ready', 'rejected'].includes(result.result.outcome);
    return result;
  } finally {
    await turn.end((performance.now() - startedAt) / 1000, isTypical).catch(onError);
  }
}

/** Codes of runs that took their time limit, or the process that they ran in. */
const OFFENCES = ['timeout', 'took-too-long', 'crashed-decoder', 'crashed-worker'];

/** Whether a rejection or a failed attempt with this code counts against its tenant. */
export const isOffence = (code: string) => OFFENCES.includes(code);
