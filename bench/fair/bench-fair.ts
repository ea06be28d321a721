import { loadavg } from 'node:os';
import { beside, type Row, row, TURNS, writeRows } from './fair-report.ts';
import { openBucket } from './open-bucket.ts';
import { waits } from './render-work.ts';
import { type Outcome, runScenario, type Scenario } from './run-scenario.ts';

const SLOTS = 8;
const JOB_MS = 100;

/**
 * Nine tenants at 30 % load, and a tenth that floods the queue: their time from the report of an upload to the end of its run,
 * compared to the same nine without the flood, in turns by tenant and first in, first out. The work only waits.
 */
export async function benchFair({ quick }: { quick: boolean }): Promise<void> {
  const [loadBefore] = loadavg();
  const seconds = quick ? 5 : 30;
  const simulated = { slots: SLOTS, others: waits(JOB_MS), othersPerSecond: (0.3 * SLOTS * 1000) / JOB_MS, seconds };
  const idle = await runScenario({ ...simulated, order: 'turns' });
  const rows = [
    row({ order: TURNS, flood: 'none' }, idle, idle),
    ...(await beside(idle, '10,000 images of 0.1 s', simulated, { jobs: quick ? 500 : 10_000, work: waits(JOB_MS) })),
    ...(await beside(idle, '300 heavy images of 1 s', simulated, {
      jobs: quick ? 50 : 300,
      work: waits(10 * JOB_MS),
      isHeavy: true,
    })),
    ...(await besideQuiet(idle, simulated, quick)),
  ];
  await writeRows('fair', { loadBefore, seconds, rows }, { quick });
}

/** What waits without using slots: jobs behind all others, and tickets without uploads. */
async function besideQuiet(idle: Outcome, common: Omit<Scenario, 'flood' | 'order'>, quick: boolean): Promise<Row[]> {
  const [standing, tickets] = quick ? [10_000, 500] : [1_000_000, 10_000];
  const waiting = await runScenario({ ...common, standing, order: 'turns' });
  const bucket = await openBucket();
  try {
    const pending = { tickets, storage: bucket.storage };
    const looking = await runScenario({ ...common, pending, order: 'turns' });
    return [
      row({ order: TURNS, flood: `${standing.toLocaleString('en')} jobs that wait behind them` }, waiting, idle),
      row({ order: TURNS, flood: `${tickets.toLocaleString('en')} tickets without uploads` }, looking, idle),
    ];
  } finally {
    await bucket.close();
  }
}
