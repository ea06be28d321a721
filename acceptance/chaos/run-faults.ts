import pLimit from 'p-limit';
import type { Fault } from './fault.ts';
import type { FaultReport } from './report/fault-report.ts';
import { runFault } from './run-fault.ts';

/**
 * Short runs mostly wait for locks to expire and can share the machine. Full runs need it exclusively. With four at once, their workers ran 24 encodes on
 * two cores, and a killed job once began again after 61 s instead of within 60.
 */
export const SHORT_AT_ONCE = 3;

export interface FaultsOptions {
  readonly short: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly say: (fault: string, progress: string) => void;
  readonly onReport: (report: FaultReport) => Promise<void>;
}

/** Runs faults and passes on each report. @returns one sentence per fault that did not complete */
export async function runFaults(faults: readonly Fault[], options: FaultsOptions): Promise<string[]> {
  const { short, seed, signal, onReport } = options;
  const limit = pLimit(short ? SHORT_AT_ONCE : 1);
  const failures: string[] = [];
  await Promise.all(
    faults.map((fault) =>
      limit(async () => {
        if (signal.aborted) return;
        const say = (progress: string) => options.say(fault.name, progress);
        const unavailable = await fault.unavailable?.();
        if (unavailable !== undefined) return say(`skipped: ${unavailable}`);
        say('starting');
        try {
          const report = await runFault(fault, { size: short ? fault.short : fault.full, seed, signal, say });
          say(report.missed.length > 0 ? `missed: ${report.missed.join(', ')}` : 'all goals met');
          await onReport(report);
        } catch (error) {
          failures.push((error as Error).message);
          say((error as Error).message);
        }
      }),
    ),
  );
  return failures;
}
