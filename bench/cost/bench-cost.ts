import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Coding, cpuFeatures, memoryFeatures } from '@imagemill/imaging';
import { type SourceFacts, variantSets } from '@imagemill/variants';
import { machine } from '../report/machine.ts';
import { writeReport } from '../report/write-report.ts';
import { type CostRow, costReport } from './cost-report.ts';
import { type CostSource, costSources } from './cost-sources.ts';
import { type Coefficients, fitCoefficients, type Observation, predict, scaledToCover } from './fit.ts';

const MEASURE = fileURLToPath(new URL('./measure-cost.ts', import.meta.url));
const COEFFICIENTS = new URL('../../packages/imaging/src/cost/coefficients.ts', import.meta.url);
/** The avatar set costs little besides the decode. */
const CATEGORIES = ['product', 'avatar'] as const;
/** The share of files whose memory is at or below the prediction. */
const COVERED = 0.99;
/** Flat pictures are encoded in half of the time: photographs count more. */
const CPU_UNDER_WEIGHT = 4;
/** Finds an upper bound that is close for most files, before it is scaled to cover `COVERED` of them. */
const UNDER_WEIGHT = 100;

interface Measured {
  readonly source: SourceFacts;
  readonly coding: Coding;
  readonly inspectMs: number;
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Fits the cost of an image to measurements of generated files, each in a fresh process. */
export async function benchCost({ quick }: { quick: boolean }): Promise<void> {
  const runs: (Measured & { name: string; category: string; isHostile: boolean })[] = [];
  for await (const file of costSources({ quick })) {
    for (const category of CATEGORIES) {
      const measured = await measure(file, category);
      if (!measured) continue;
      runs.push({ ...measured, name: file.name, category, isHostile: file.isHostile });
      console.log(`${file.name} (${category}): ${Math.round(measured.cpuMs)} ms, ${mib(measured.memoryBytes)} MiB`);
    }
  }
  const subjects = runs.map((run) => ({ ...run, set: variantSets().get(run.category) ?? [] }));
  const cpu = subjects.map((subject): Observation => ({ features: cpuFeatures(subject), measured: subject.cpuMs }));
  const memory = subjects.map(
    (subject): Observation => ({ features: memoryFeatures(subject), measured: subject.memoryBytes }),
  );
  const cpuMs = fitCoefficients(cpu, CPU_UNDER_WEIGHT);
  const memoryBytes = scaledToCover(memory, fitCoefficients(memory, UNDER_WEIGHT), COVERED);
  const rows = runs.map((run, index) => ({
    ...run,
    predictedCpuMs: predict(cpu[index]?.features ?? {}, cpuMs),
    predictedBytes: predict(memory[index]?.features ?? {}, memoryBytes),
  }));
  if (!quick) await writeFile(COEFFICIENTS, coefficientsFile(cpuMs, memoryBytes));
  await writeReport('cost', { data: { machine: machine(), rows: rows.map(figures) }, ...costReport(rows) }, { quick });
}

async function measure({ path, name }: CostSource, category: string): Promise<Measured | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, path, category], { timeout: 600_000 });
    return JSON.parse(stdout) as Measured;
  } catch (error) {
    console.log(`${name} (${category}) was not rendered: ${String(error).split('\n').slice(0, 8).join(' ')}`);
    return undefined;
  }
}

const mib = (bytes: number) => Math.round(bytes / 2 ** 20);

const figures = ({
  inspectMs,
  cpuMs,
  predictedCpuMs,
  memoryBytes,
  predictedBytes,
  ...subject
}: CostRow & Measured) => ({
  ...subject,
  inspectMs: Math.round(inspectMs),
  cpuMs: Math.round(cpuMs),
  predictedCpuMs: Math.round(predictedCpuMs),
  memoryBytes,
  predictedBytes: Math.round(predictedBytes),
});

function coefficientsFile(cpuMs: Coefficients, memoryBytes: Coefficients): string {
  const lines = (values: Coefficients) =>
    Object.entries(values)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => `    ${/^[a-z]+$/.test(name) ? name : `'${name}'`}: ${Number(value.toPrecision(4))},`);
  return [
    '/** Cost per unit of each feature in `features.ts`. Written by `pnpm bench cost`, which fits them to measurements. */',
    'export const coefficients = {',
    '  cpuMs: {',
    ...lines(cpuMs),
    '  },',
    '  memoryBytes: {',
    ...lines(memoryBytes),
    '  },',
    '};',
    '',
  ].join('\n');
}
