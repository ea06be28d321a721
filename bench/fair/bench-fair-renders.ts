import { loadavg } from 'node:os';
import { beside, row, TURNS, writeRows } from './fair-report.ts';
import { realRenders } from './render-work.ts';
import { runScenario } from './run-scenario.ts';

const SLOTS = 2;
/** Enough for the flood to last as long as the others arrive, with the slots that they leave. */
const FLOOD_JOBS = 600;

/** As `bench fair`, with real renders on all cores: runs that share the processor take longer beside each other. */
export async function benchFairRenders({ quick }: { quick: boolean }): Promise<void> {
  const [loadBefore] = loadavg();
  const { work, perSecond } = await realRenders(SLOTS);
  const seconds = quick ? 5 : 120;
  const common = { slots: SLOTS, others: work, othersPerSecond: 0.3 * perSecond, seconds };
  const idle = await runScenario({ ...common, order: 'turns' });
  const jobs = quick ? 30 : FLOOD_JOBS;
  const rows = [
    row({ order: TURNS, flood: 'none' }, idle, idle),
    ...(await beside(idle, `${jobs} real renders`, common, { jobs, work })),
  ];
  await writeRows('fair-renders', { loadBefore, seconds, rows }, { quick });
}
