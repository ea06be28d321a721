import { markdownTable } from '../report/markdown-table.ts';
import type { Degradation } from './degradations.ts';
import type { Photo } from './labelled-photographs.ts';
import { measuredOf } from './measured-of.ts';

/** How many pairs of pictures have hashes that differ by at most so many bits. */
export interface Distances {
  readonly pairs: string;
  readonly count: number;
  readonly within: readonly number[];
}

const BITS_MAX = 12;

/** Of a picture and its edited copies; of different pictures, also as products on white. */
export async function measureDistances(
  photos: readonly Photo[],
  edits: readonly Degradation[],
  cutOut: Degradation,
): Promise<Distances[]> {
  const hashes = await hashesOf(photos, { name: '', apply: ({ open }) => open().jpeg({ quality: 92 }).toBuffer() });
  const distances: Distances[] = [];
  for (const edit of edits) {
    const edited = await hashesOf(photos, edit);
    const pairs = hashes.map((hash, at) => [hash, edited[at]] as const);
    distances.push(tallyOf(edit.name, pairs));
  }
  distances.push(tallyOf('different pictures', allPairs(hashes)));
  distances.push(tallyOf('different products on white', allPairs(await hashesOf(photos, cutOut))));
  return distances;
}

async function hashesOf(photos: readonly Photo[], { apply }: Degradation) {
  const hashes: (string | undefined)[] = [];
  for (const photo of photos) hashes.push((await measuredOf(await apply(photo))).hash);
  return hashes;
}

type Pair = readonly [one: string | undefined, other: string | undefined];

const allPairs = (hashes: readonly (string | undefined)[]): Pair[] =>
  hashes.flatMap((one, at) => hashes.slice(at + 1).map((other) => [one, other] as const));

function tallyOf(pairs: string, all: readonly Pair[]): Distances {
  const bits = all.flatMap(([one, other]) => (one && other ? [distance(one, other)] : []));
  const within = Array.from({ length: BITS_MAX + 1 }, (_, most) => bits.filter((count) => count <= most).length);
  return { pairs, count: all.length, within };
}

const distance = (one: string, other: string): number => {
  let different = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let count = 0;
  for (; different > 0n; different &= different - 1n) count += 1;
  return count;
};

export const distanceTable = (distances: readonly Distances[]) => {
  const bits = [0, 2, 4, 5, 6, 7, 8, 10];
  return markdownTable(
    ['pairs', 'number', ...bits.map((most) => `≤ ${most} bits`)],
    distances.map(({ pairs, count, within }) => [
      pairs,
      String(count),
      ...bits.map((most) => `${((100 * (within[most] ?? 0)) / count).toFixed(count > 1000 ? 3 : 1)} %`),
    ]),
  );
};
