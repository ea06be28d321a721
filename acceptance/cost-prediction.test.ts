import { readFile } from 'node:fs/promises';
import { type Coding, predictCost } from '@imagemill/imaging';
import { type SourceFacts, variantSets } from '@imagemill/variants';
import { expect, test } from 'vitest';

interface Row {
  readonly name: string;
  readonly category: string;
  readonly source: SourceFacts;
  readonly coding: Coding;
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

const rows = async (): Promise<Row[]> =>
  JSON.parse(await readFile(new URL('../docs/performance/cost.json', import.meta.url), 'utf8')).rows;

const predictionOf = ({ source, coding, category }: Row) =>
  predictCost({ source, coding, set: variantSets().get(category) ?? [] });

test('the predicted memory is an upper bound for at least 99 % of the measured files', async () => {
  const all = await rows();
  const over = all.filter((row) => row.memoryBytes > predictionOf(row).memoryBytes);
  expect(all.length).toBeGreaterThan(100);
  expect(over.length / all.length, over.map(({ name }) => name).join(', ')).toBeLessThanOrEqual(0.01);
});

test('what a decoder is predicted to hold is a lower bound of the measured memory, so that no image is rejected for it that would fit', async () => {
  for (const row of await rows()) expect(predictionOf(row).heldBytes, row.name).toBeLessThanOrEqual(row.memoryBytes);
});

test('the predicted CPU is within a factor of two for at least 95 % of the measured files', async () => {
  const all = await rows();
  const far = all.filter((row) => Math.abs(Math.log2(row.cpuMs / predictionOf(row).cpuMs)) > 1);
  expect(far.length / all.length, far.map(({ name }) => name).join(', ')).toBeLessThanOrEqual(0.05);
});
