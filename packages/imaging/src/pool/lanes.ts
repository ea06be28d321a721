import type { SourceFacts, VariantSet } from '@imagemill/variants';
import { type Coding, heaviestCoding } from '../cost/coding.ts';
import type { Cost } from '../cost/cost.ts';
import { predictCost } from '../cost/predict-cost.ts';
import type { DecodeOptions } from '../picture.ts';

/**
 * Heavy images take long or need much memory. They wait for each other, and hold at most half of the processes, at a lower
 * priority. Light images keep the other half, all of their slots, and their memory.
 */
export type Lane = 'light' | 'heavy';

/** Memory of a worker, divided once at start. */
export interface MemoryShares {
  /** A light image may need this much; every process has it in reserve, so light images never wait for memory. */
  readonly lightBytes: number;
  /** For all heavy images together. */
  readonly heavyBytes: number;
}

const MIB = 1024 * 1024;
/** The worker itself, with downloads and renditions in flight. */
const WORKER_BYTES = 256 * MIB;
/** An engine process without an image. */
const PROCESS_BYTES = 110 * MIB;
/** Enough for a photograph of 24 megapixels. */
const LIGHT_BYTES_MAX = 256 * MIB;
/** More than photographs of 24 megapixels take with all renditions of a product. */
const LIGHT_CPU_MS_MAX = 5_000;

/** @param totalBytes what the worker and its processes may use together; a share is at least 64 MiB */
export function shareMemory(totalBytes: number, processes: number): MemoryShares {
  const forImages = totalBytes - WORKER_BYTES - processes * PROCESS_BYTES;
  const lightBytes = Math.max(64 * MIB, Math.min(LIGHT_BYTES_MAX, forImages / (2 * processes)));
  return { lightBytes, heavyBytes: Math.max(64 * MIB, forImages - processes * lightBytes) };
}

/** Images with a process at once in the heavy lane. A run cannot be interrupted, and takes up to minutes at its priority. */
export const heavyImagesMax = (processes: number): number => Math.max(1, Math.floor(processes / 2));

export const laneOf = (cost: Cost, { lightBytes }: MemoryShares): Lane =>
  cost.cpuMs > LIGHT_CPU_MS_MAX || cost.memoryBytes > lightBytes ? 'heavy' : 'light';

interface LaneSubject {
  readonly source: SourceFacts;
  readonly set: VariantSet;
  /** The entries of the set that are encoded; all if undefined. */
  readonly only?: DecodeOptions['only'];
}

/** Predicts the lanes of images from their inspection. */
export function createLanePrediction(shares: MemoryShares) {
  /** How files are coded. */
  const codings = new WeakMap<Uint8Array, Coding>();
  return {
    inspected: (file: Uint8Array, coding: Coding) => void codings.set(file, coding),
    /** A file that was not inspected is predicted as the heaviest of its format. */
    predict(file: Uint8Array, { source, set, only }: LaneSubject) {
      const cost = predictCost({ source, coding: codings.get(file) ?? heaviestCoding(source), set, only });
      return { lane: laneOf(cost, shares), memoryBytes: cost.memoryBytes };
    },
  };
}
