import type { Lane } from './lane.ts';

/**
 * The memory of a worker, divided once at start so that all processes together stay within it whatever images they have:
 *
 *     total = caller + processes × (process + image) + light + heavy
 *
 * A process without an image has at most `process + image`, or it is replaced: it keeps the file of its last image until the next one comes. One with an
 * image has at most that and what the image was charged, or it is killed. Images are charged for what they are predicted to need beyond `image`, the light ones together at most
 * `light`, the heavy ones at most `heavy`: no lane waits for the memory of the other one. The exception is a heavy image that is predicted
 * to need more than `heavy`: it runs without other heavy ones, and borrows the difference from `light`.
 */
export interface MemoryShares {
  /** Of a process, beside its image. */
  readonly processBytes: number;
  /** Any image may use this much: every process has it in reserve, so that inspections and small images do not wait for memory. */
  readonly imageBytes: number;
  /** What the images of a lane may use beyond `imageBytes`, all together. */
  readonly laneBytes: Readonly<Record<Lane, number>>;
  /** What one heavy image may borrow from the light lane. */
  readonly loanBytes: number;
}

const MIB = 1024 * 1024;
/** The calling process without originals, and the programs and libraries that all processes have mapped: 55 MiB. */
export const CALLER_BYTES = 256 * MIB;
/**
 * An engine process without an image. It has 31 MiB when it has started, and 57 to 159 after photographs of 1 to 24 megapixels, with the
 * settings of `allocator.ts`: most of that is freed memory, which buffers of 8 MiB and more do not use again.
 */
export const PROCESS_BYTES = 160 * MIB;
/** Enough for an inspection, and for an avatar. */
export const IMAGE_BYTES = 48 * MIB;
/** One light image. Enough for a product photograph of 24 megapixels: docs/performance.md, "What an image costs". */
export const LIGHT_BYTES_MAX = 256 * MIB;
/** One light image beyond `IMAGE_BYTES`. */
const LIGHT_CHARGE_MAX = LIGHT_BYTES_MAX - IMAGE_BYTES;
/** Two lanes have at least that much. With less, there is one process, whose image may use all. */
const LANES_BYTES_MIN = LIGHT_CHARGE_MAX + 128 * MIB;
/** Less would be enough for inspections only. */
const REST_BYTES_MIN = 80 * MIB;
/** Of the light lane. The other half lets light images go on meanwhile: in the smallest lane, a product photograph of 1,200 × 1,200 pixels at a time. */
const LOAN_PART = 1 / 2;
/**
 * Measured memory of the images that are heavy by their memory, relative to the predicted upper bound: 0.4 to 0.9, half of them below 0.65
 * (docs/performance/cost.json). An image that is likely to fit into its lane has its first try there, and does not hold up light ones.
 */
const TYPICAL_SHARE = 0.65;
/** Of the memory that lanes divide. Light images need no more than one of the largest for each process. */
const LIGHT_PART = 1 / 3;

/**
 * Processes that fit into the memory and leave a light and a heavy image enough at the same time; at least one.
 *
 * @param poolBytes what all engine processes may use together
 * @param marksBytes pixels of watermarks, which each process has
 */
export function processesWithin(poolBytes: number, processes: number, marksBytes = 0): number {
  const fitting = Math.floor((poolBytes - LANES_BYTES_MIN) / (PROCESS_BYTES + marksBytes + IMAGE_BYTES));
  return Math.max(1, Math.min(processes, fitting));
}

/**
 * @param poolBytes what all engine processes may use together; at least 288 MiB, which is enough for one without watermarks
 * @param processes as `processesWithin` returns it
 * @param marksBytes pixels of watermarks, which each process has
 */
export function shareMemory(poolBytes: number, processes: number, marksBytes = 0): MemoryShares {
  const processBytes = PROCESS_BYTES + marksBytes;
  const rest = Math.max(REST_BYTES_MIN, poolBytes - processes * (processBytes + IMAGE_BYTES));
  const hasOneProcess = processes === 1;
  const laneBytes = hasOneProcess ? oneLaneOf(rest) : twoLanesOf(rest, processes);
  const loanBytes = hasOneProcess ? 0 : Math.floor(laneBytes.light * LOAN_PART);
  return { processBytes, imageBytes: IMAGE_BYTES, laneBytes, loanBytes };
}

/** One process has one image at a time, of either lane, which may use all. */
const oneLaneOf = (bytes: number) => ({ light: Math.min(LIGHT_CHARGE_MAX, bytes), heavy: bytes });

function twoLanesOf(bytes: number, processes: number) {
  const light = Math.max(LIGHT_CHARGE_MAX, Math.min(processes * LIGHT_CHARGE_MAX, bytes * LIGHT_PART));
  return { light, heavy: bytes - light };
}

/** What one image may use of the shares. */
export interface ImageMemory {
  /** What an image is charged beyond `imageBytes`, from its predicted memory. A heavy one borrows if it is likely to need that. */
  chargeOf(lane: Lane, memoryBytes: number): number;
  /** What an image is charged at most. */
  readonly chargeMax: Readonly<Record<Lane, number>>;
  /** The most that one light image may use. */
  readonly lightBytesMax: number;
  /** The most that one image may use. */
  readonly bytesMax: number;
  /** Memory of a process above which it is killed. */
  limitOf(chargedBytes: number): number;
}

/** @param bytesMax of one image, whatever the shares are */
export function createImageMemory(
  { processBytes, imageBytes, laneBytes, loanBytes }: MemoryShares,
  bytesMax: number,
): ImageMemory {
  const chargeMax = {
    light: Math.min(LIGHT_CHARGE_MAX, laneBytes.light),
    heavy: Math.max(0, Math.min(bytesMax - imageBytes, laneBytes.heavy + loanBytes)),
  };
  const imageMax = Math.min(bytesMax, imageBytes + Math.max(chargeMax.light, chargeMax.heavy));
  const heavyShare = Math.min(chargeMax.heavy, laneBytes.heavy);
  const chargeLimit = (lane: Lane, memoryBytes: number) =>
    lane === 'heavy' && TYPICAL_SHARE * memoryBytes <= imageBytes + heavyShare ? heavyShare : chargeMax[lane];
  return {
    chargeMax,
    lightBytesMax: Math.min(bytesMax, imageBytes + chargeMax.light),
    bytesMax: imageMax,
    chargeOf: (lane, memoryBytes) => Math.max(0, Math.min(chargeLimit(lane, memoryBytes), memoryBytes - imageBytes)),
    limitOf: (chargedBytes) => processBytes + Math.min(imageMax, imageBytes + chargedBytes),
  };
}
