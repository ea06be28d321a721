import { type CurvePoint, relativeBytes } from './equal-quality.ts';
import type { Verdict } from './judge.ts';
import type { Sample } from './measure-photograph.ts';
import { settingName } from './settings.ts';

export type Metric = keyof Verdict;
export const metrics: readonly Metric[] = ['butteraugli', 'ssimulacra2'];

/** A setting at one quality. */
interface Reference {
  readonly name: string;
  readonly quality: number;
}

/** Means over the photographs of one variant, at one quality of one setting. */
interface Point extends Verdict {
  readonly quality: number;
  /** Mean of the logarithms. */
  readonly logBytes: number;
  readonly bitsPerPixel: number;
  readonly cpuMsPerMegapixel: number;
}

export interface Compared {
  /** Bytes at equal quality, relative to the reference's. */
  readonly bytes: Verdict;
  readonly cpu: number;
}

/** What every setting needs for a quality at one size. */
export interface Curves {
  readonly names: readonly string[];
  /** By quality, ascending. */
  points(name: string): Point[];
  /** Mean of all its qualities. */
  cpuMsPerMegapixel(name: string): number;
  bitsPerPixel(reference: Reference): number;
  /** On the photographs that both were measured on. @throws Error if the reference was not measured */
  compare(name: string, reference: Reference): Compared;
}

/** @param samples of one variant */
export function createCurves(samples: readonly Sample[]): Curves {
  const byName = Map.groupBy(samples, ({ setting }) => settingName(setting));
  const samplesOf = (name: string) => byName.get(name) ?? [];
  return {
    names: [...byName.keys()],
    points: (name) => pointsOf(samplesOf(name)),
    cpuMsPerMegapixel: (name) => cpuOf(samplesOf(name)),
    bitsPerPixel: ({ name, quality }) => pointAt(samplesOf(name), { name, quality }).bitsPerPixel,
    compare(name, reference) {
      const own = samplesOf(name);
      const photographs = new Set(own.map(({ photograph }) => photograph));
      const others = samplesOf(reference.name).filter(({ photograph }) => photographs.has(photograph));
      const other = pointAt(others, reference);
      const on = (metric: Metric) => {
        const at = (point: Point): CurvePoint => ({ logBytes: point.logBytes, score: point[metric] });
        return relativeBytes(pointsOf(own).map(at), at(other));
      };
      const bytes = { butteraugli: on('butteraugli'), ssimulacra2: on('ssimulacra2') };
      return { bytes, cpu: cpuOf(own) / cpuOf(others) };
    },
  };
}

const pointsOf = (samples: readonly Sample[]): Point[] =>
  [...Map.groupBy(samples, ({ quality }) => quality)]
    .sort(([a], [b]) => a - b)
    .map(([quality, own]) => ({ quality, ...meanOf(own) }));

function pointAt(samples: readonly Sample[], { name, quality }: Reference): Point {
  const found = pointsOf(samples).find((point) => point.quality === quality);
  if (!found) throw new Error(`${name} was not measured at quality ${quality}.`);
  return found;
}

/** Milliseconds per megapixel. */
const cpuOf = (samples: readonly Sample[]) =>
  (1e6 * mean(samples.map(({ cpuMs }) => cpuMs))) / mean(samples.map(({ pixels }) => pixels));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const meanOf = (samples: readonly Sample[]): Omit<Point, 'quality'> => ({
  logBytes: mean(samples.map(({ bytes }) => Math.log(bytes))),
  bitsPerPixel: mean(samples.map(({ bytes, pixels }) => (8 * bytes) / pixels)),
  cpuMsPerMegapixel: cpuOf(samples),
  butteraugli: mean(samples.map(({ butteraugli }) => butteraugli)),
  ssimulacra2: mean(samples.map(({ ssimulacra2 }) => ssimulacra2)),
});
