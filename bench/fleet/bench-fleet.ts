import { loadavg } from 'node:os';
import { startContenders } from '../api/contenders.ts';
import { machine } from '../report/machine.ts';
import { writeSection } from '../report/page-section.ts';
import { writeReport } from '../report/write-report.ts';
import { fleetChart, fleetSection, fleetTables, goals, timesChart } from './fleet-report.ts';
import { measureScaling } from './measure-scaling.ts';
import { runSale } from './run-sale.ts';
import { CATEGORY, PHOTO_SIDE } from './sellers.ts';

const PAGE = new URL('../../docs/performance.md', import.meta.url);

const full = {
  scaling: { images: 1_200, perSecond: 60, seconds: 20 },
  sale: { uploads: 5_000, seconds: 60 },
};
const short = {
  scaling: { images: 420, perSecond: 60, seconds: 6 },
  sale: { uploads: 300, seconds: 10, times: { pollingInterval: 3, cooldownPeriod: 10 } },
};

/** The throughput of one and two workers, then a flash sale: from no worker to two, back to none, and awake again. Linux only. */
export async function benchFleet({ quick }: { quick: boolean }): Promise<void> {
  const [loadBefore] = loadavg();
  const size = quick ? short : full;
  const contenders = await startContenders();
  try {
    const scaling = await measureScaling(contenders, size.scaling);
    const sale = await runSale(contenders, size.sale);
    const { times: _times, samples, ...figures } = sale;
    const data = {
      machine: machine(),
      loadBefore,
      ...size,
      category: CATEGORY,
      photoSide: PHOTO_SIDE,
      scaling,
      goals: goals(scaling, sale),
      ...figures,
      samples,
    };
    const markdown = fleetTables(scaling, sale);
    const charts = { times: timesChart(sale) };
    await writeReport('fleet', { data, markdown, svg: fleetChart(sale), charts }, { quick });
    if (!quick) await writeSection(PAGE, 'bench fleet', fleetSection(markdown, data));
  } finally {
    await contenders.stop();
  }
}
