import type { Worker } from 'bullmq';
import { OutageError } from './outage-error.ts';
import type { Outages } from './outages.ts';

export interface Intake {
  /** Aborted when a dependency that running jobs cannot do without is found to be away. Each outage has its own signal. */
  stopSignal(): AbortSignal;
}

/** Pauses a worker's intake while a dependency is away. The worker keeps its connections, and resumes automatically. */
export function createIntake(worker: Pick<Worker, 'pause' | 'resume'>, outages: Outages): Intake {
  let stop = new AbortController();

  function follow(): void {
    // `true`: does not wait for the running jobs.
    void (outages.away().length > 0 ? worker.pause(true) : worker.resume());
  }

  outages.onChange(({ isAway, stopsJobs, dependency }) => {
    follow();
    if (!isAway || !stopsJobs) return;
    stop.abort(new OutageError([dependency]));
    stop = new AbortController();
  });
  if (outages.away().length > 0) follow();
  return { stopSignal: () => stop.signal };
}
