import type { SourceFacts, VariantSet } from '@imagemill/variants';
import { type Coding, heaviestCoding } from '../cost/coding.ts';
import type { Cost } from '../cost/cost.ts';
import { predictCost } from '../cost/predict-cost.ts';
import { RejectedImageError } from '../errors.ts';
import type { DecodeOptions } from '../picture.ts';
import type { Lane } from './lane.ts';
import type { ImageMemory } from './memory-shares.ts';

/** More than photographs of 24 megapixels take with all renditions of a product. */
const LIGHT_CPU_MS_MAX = 5_000;

/**
 * Predicted memory is an upper bound: photographs of 12 megapixels took 0.4 to 0.76 of it as products (docs/performance/cost.json). One that
 * needs more than a light image may use has a second try as a heavy one.
 */
const LIKELY_SHARE = 0.75;

/** Images with a process at once in the heavy lane. A run cannot be interrupted, and takes up to minutes at its priority. */
export const heavyImagesMax = (processes: number): number => Math.max(1, Math.floor(processes / 2));

export const laneOf = (
  cost: Pick<Cost, 'cpuMs' | 'memoryBytes'>,
  { lightBytesMax }: Pick<ImageMemory, 'lightBytesMax'>,
): Lane => (cost.cpuMs > LIGHT_CPU_MS_MAX || LIKELY_SHARE * cost.memoryBytes > lightBytesMax ? 'heavy' : 'light');

interface LaneSubject {
  readonly source: SourceFacts;
  readonly set: VariantSet;
  /** The entries of the set that are encoded; all if undefined. */
  readonly only?: DecodeOptions['only'];
  readonly enhance?: DecodeOptions['enhance'];
}

/** What an image is admitted with. */
export interface Grant {
  readonly lane: Lane;
  /** Memory that it may use beyond what every process has in reserve for an image. */
  readonly chargedBytes: number;
}

/** Predicts the lanes of images from their inspection. */
export function createLanePrediction(memory: ImageMemory) {
  /** How files are coded. */
  const codings = new WeakMap<Uint8Array, Coding>();
  return {
    inspected: (file: Uint8Array, coding: Coding) => void codings.set(file, coding),
    /**
     * A file that was not inspected is predicted as the heaviest of its format, and never rejected.
     *
     * @throws RejectedImageError `too-complex` if the decoder would hold more than one image may use: a decode would be rejected too, after
     *   seconds of CPU and with the loss of a process
     */
    predict(file: Uint8Array, subject: LaneSubject): Grant {
      const coding = codings.get(file);
      const cost = predictCost({ ...subject, coding: coding ?? heaviestCoding(subject.source) });
      if (coding && cost.heldBytes > memory.bytesMax) throw new RejectedImageError('too-complex');
      const lane = laneOf(cost, memory);
      return { lane, chargedBytes: memory.chargeOf(lane, cost.memoryBytes) };
    },
  };
}
