/**
 * The memory of a worker, divided once at start so that all processes together stay within it whatever images they have:
 *
 *     total = caller + processes × (process + light) + heavy
 *
 * A process without an image has at most `process`, or it is replaced. One with a light image has at most `process + light`, or it is
 * killed. Heavy images are charged for what they may need beyond that, and together for at most `heavy`.
 */
export interface MemoryShares {
  /** Of a process without an image. */
  readonly processBytes: number;
  /** A light image may need this much; every process has it in reserve, so light images never wait for memory. */
  readonly lightBytes: number;
  /** What heavy images may need beyond `lightBytes`, all together. */
  readonly heavyBytes: number;
}

const MIB = 1024 * 1024;
/** The calling process without originals, and the programs and libraries that all processes have mapped: 55 MiB. */
export const CALLER_BYTES = 256 * MIB;
/**
 * An engine process without an image. It has 31 MiB when it has started, and 57 to 106 after photographs of 1 to 24 megapixels, with the
 * settings of `allocator.ts`.
 */
export const PROCESS_BYTES = 120 * MIB;
/** Enough for a photograph of 24 megapixels. */
const LIGHT_BYTES_MAX = 256 * MIB;
const SHARE_BYTES_MIN = 64 * MIB;

/**
 * Processes that fit into the memory, each with the smallest share; at least one.
 *
 * @param poolBytes what all engine processes may use together
 * @param marksBytes pixels of watermarks, which each process has
 */
export function processesWithin(poolBytes: number, processes: number, marksBytes = 0): number {
  const fitting = Math.floor((poolBytes - SHARE_BYTES_MIN) / (PROCESS_BYTES + marksBytes + SHARE_BYTES_MIN));
  return Math.max(1, Math.min(processes, fitting));
}

/**
 * @param poolBytes what all engine processes may use together; at least 248 MiB, which is enough for one without watermarks
 * @param marksBytes pixels of watermarks, which each process has
 */
export function shareMemory(poolBytes: number, processes: number, marksBytes = 0): MemoryShares {
  const processBytes = PROCESS_BYTES + marksBytes;
  const forImages = poolBytes - processes * processBytes;
  const lightBytes = Math.max(SHARE_BYTES_MIN, Math.min(LIGHT_BYTES_MAX, forImages / (2 * processes)));
  return { processBytes, lightBytes, heavyBytes: Math.max(SHARE_BYTES_MIN, forImages - processes * lightBytes) };
}

/** What one image may use of the shares. */
export interface ImageMemory {
  /** What an image is charged beyond the light share, from its predicted memory. */
  chargeOf(memoryBytes: number): number;
  /** The most that one image is charged. */
  readonly chargeMax: number;
  /** The most that one image may use. */
  readonly bytesMax: number;
  /** Memory of a process above which it is killed. */
  limitOf(chargedBytes: number): number;
}

/** @param bytesMax of one image, whatever the shares are */
export function createImageMemory(shares: MemoryShares, bytesMax: number): ImageMemory {
  const { processBytes, lightBytes, heavyBytes } = shares;
  const imageMax = Math.min(bytesMax, lightBytes + heavyBytes);
  const chargeMax = Math.max(0, imageMax - lightBytes);
  return {
    chargeMax,
    bytesMax: imageMax,
    chargeOf: (memoryBytes) => Math.max(0, Math.min(chargeMax, memoryBytes - lightBytes)),
    limitOf: (chargedBytes) => processBytes + Math.min(imageMax, lightBytes + chargedBytes),
  };
}
