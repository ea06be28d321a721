import { codesByBits, type HuffmanTable } from './huffman-tables.ts';
import { jpegBits } from './jpeg-bits.ts';

/** The headers of a frame with a single scan. ITU-T T.81, sections B.2.2 and B.2.3. */
export interface SequentialScan {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly components: readonly ScanComponent[];
  /** Tables of all DHT segments; the key is the byte with class and number. */
  readonly tables: ReadonlyMap<number, HuffmanTable>;
  /** MCUs between two restart markers; 0 without restart markers. */
  readonly restartInterval: number;
  /** Start of the entropy-coded data. */
  readonly from: number;
}

interface ScanComponent {
  readonly horizontal: number;
  readonly vertical: number;
  readonly dc: number;
  readonly ac: number;
}

const BLOCK = 8;
const COEFFICIENTS = 64;
const RESTARTS = 8;

/**
 * The end of a scan's data, found by reading all of its codes; undefined if the data are incomplete or have an invalid
 * code.
 */
export function entropyEnd(bytes: Uint8Array, scan: SequentialScan): number | undefined {
  const blocks = blocksOfMcu(scan);
  const count = mcuCount(scan);
  if (!blocks || !count) return undefined;
  const bits = jpegBits(bytes, scan.from);
  for (let mcu = 0; mcu < count; mcu++) {
    const isRestart = scan.restartInterval > 0 && mcu > 0 && mcu % scan.restartInterval === 0;
    if (isRestart && !bits.restart(0xd0 + ((mcu / scan.restartInterval - 1) % RESTARTS))) return undefined;
    for (const { dc, ac } of blocks) if (!skipBlock(bits, dc, ac)) return undefined;
    if (bits.isOverrun()) return undefined;
  }
  return bits.position();
}

function skipBlock(bits: ReturnType<typeof jpegBits>, dc: Uint16Array, ac: Uint16Array): boolean {
  const first = dc[bits.peek()] ?? 0;
  if (first === 0) return false;
  bits.skip(first >> 8);
  bits.skip(first & 0x0f);
  for (let index = 1; index < COEFFICIENTS; index++) {
    const entry = ac[bits.peek()] ?? 0;
    if (entry === 0) return false;
    bits.skip(entry >> 8);
    const zeros = (entry >> 4) & 0x0f;
    const length = entry & 0x0f;
    if (length === 0 && zeros < 15) return true;
    bits.skip(length);
    index += zeros;
  }
  return true;
}

function blocksOfMcu({ components, tables }: SequentialScan) {
  const blocks: { dc: Uint16Array; ac: Uint16Array }[] = [];
  for (const component of components) {
    const [dc, ac] = [tables.get(component.dc), tables.get(0x10 | component.ac)];
    if (!dc || !ac) return undefined;
    const count = components.length === 1 ? 1 : component.horizontal * component.vertical;
    const codes = { dc: codesByBits(dc), ac: codesByBits(ac) };
    blocks.push(...Array.from({ length: count }, () => codes));
  }
  return blocks;
}

/** A single component is not padded to whole MCUs of its sampling factors: section A.2.2. */
function mcuCount({ width, height, components }: SequentialScan): number {
  const isAlone = components.length === 1;
  const across = isAlone ? 1 : Math.max(...components.map(({ horizontal }) => horizontal));
  const down = isAlone ? 1 : Math.max(...components.map(({ vertical }) => vertical));
  return Math.ceil(width / (BLOCK * across)) * Math.ceil(height / (BLOCK * down));
}
