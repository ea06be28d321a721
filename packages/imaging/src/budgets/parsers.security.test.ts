import { beforeAll, describe, expect, test } from 'vitest';
import { createImagingEngine } from '../engine.ts';
import type { ImagingEngine } from '../index.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { leastCpuMs } from '../test-support/least-cpu.ts';
import { outcomeOf } from '../test-support/rejection.ts';

let engine: ImagingEngine;
beforeAll(async () => {
  engine = await createImagingEngine();
});

/** At least four times what was measured. docs/adr/0024-budgets.md has what the files took without the limits. */
const CPU_MS_MAX = 400;

async function cpuOf(bytes: Uint8Array): Promise<number> {
  return leastCpuMs(() => outcomeOf(bytes, engine), CPU_MS_MAX);
}

describe('a strip of a TIFF is inflated up to its length, and not into the strips after it:', () => {
  test('30 strips whose lengths hide 500 KB of empty blocks that they share', async () => {
    const bytes = hostile.shortStripsTiff({ strips: 30, width: 4_000, rows: 65, emptyBytes: 500_000, length: 100 });
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await outcomeOf(bytes, engine)).toBe('corrupt');
  });

  test('a length without the checksum of the data is no damage', async () => {
    const strip = { strips: 3, width: 20, rows: 5, emptyBytes: 0 };
    const { length } = hostile.stripOf(strip);
    expect(await outcomeOf(hostile.shortStripsTiff({ ...strip, length: length - 4 }), engine)).toBe('rendered');
    expect(await outcomeOf(hostile.shortStripsTiff({ ...strip, length: length - 8 }), engine)).toBe('corrupt');
  });

  test('a single strip without a length is read as far as libtiff reads it', async () => {
    const bytes = hostile.shortStripsTiff({ strips: 1, width: 20, rows: 5, emptyBytes: 0, length: 0 });
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
  });
});
