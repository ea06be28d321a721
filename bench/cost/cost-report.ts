import { markdownTable } from '../report/markdown-table.ts';
import { scatterChart } from '../report/scatter-chart.ts';

export interface CostRow {
  readonly name: string;
  readonly category: string;
  readonly isHostile: boolean;
  readonly inspectMs: number;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly predictedCpuMs: number;
  readonly predictedBytes: number;
}

const MIB = 2 ** 20;

/** The summary, the table of hostile files, and prediction against measurement as a chart. */
export function costReport(rows: readonly CostRow[]): { markdown: string; svg: string } {
  const hostile = rows.filter(({ isHostile }) => isHostile);
  return { markdown: [summary(rows), table(hostile)].join('\n\n'), svg: chart(rows) };
}

function summary(rows: readonly CostRow[]): string {
  const memory = rows.map(({ memoryBytes, predictedBytes }) => memoryBytes / predictedBytes);
  const cpu = rows.map(({ cpuMs, predictedCpuMs }) => Math.abs(Math.log(cpuMs / predictedCpuMs)));
  const covered = memory.filter((ratio) => ratio <= 1).length / memory.length;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return markdownTable(
    ['quantity', 'value'],
    [
      ['files and sets', String(rows.length)],
      ['memory at or below the prediction', percent(covered)],
      ['memory ÷ prediction, median', quantile(memory, 0.5).toFixed(2)],
      ['memory ÷ prediction, largest', Math.max(...memory).toFixed(2)],
      ['CPU: median factor between prediction and measurement', Math.exp(quantile(cpu, 0.5)).toFixed(2)],
      ['CPU: 95th percentile of that factor', Math.exp(quantile(cpu, 0.95)).toFixed(2)],
    ],
  );
}

const table = (rows: readonly CostRow[]) =>
  markdownTable(
    ['hostile file', 'set', '`inspect`, CPU ms', 'CPU s', 'predicted', 'memory MiB', 'predicted'],
    rows.map((row) => [
      row.name,
      row.category,
      Math.round(row.inspectMs).toString(),
      (row.cpuMs / 1000).toFixed(1),
      (row.predictedCpuMs / 1000).toFixed(1),
      Math.round(row.memoryBytes / MIB).toString(),
      Math.round(row.predictedBytes / MIB).toString(),
    ]),
  );

function chart(rows: readonly CostRow[]): string {
  const points = (isHostile: boolean, x: keyof CostRow, y: keyof CostRow, unit: number) =>
    rows
      .filter((row) => row.isHostile === isHostile)
      .map((row) => ({ x: Number(row[x]) / unit, y: Number(row[y]) / unit, label: `${row.name} (${row.category})` }));
  return scatterChart({
    title: 'Predicted against measured cost; on the line, both are equal',
    panels: [
      {
        title: 'memory, MiB',
        series: [
          { name: 'photographs', points: points(false, 'memoryBytes', 'predictedBytes', MIB) },
          { name: 'hostile', points: points(true, 'memoryBytes', 'predictedBytes', MIB) },
        ],
      },
      {
        title: 'CPU, ms',
        series: [
          { name: 'photographs', points: points(false, 'cpuMs', 'predictedCpuMs', 1) },
          { name: 'hostile', points: points(true, 'cpuMs', 'predictedCpuMs', 1) },
        ],
      },
    ],
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
