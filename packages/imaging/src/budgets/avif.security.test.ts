import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { predictCost } from '../cost/predict-cost.ts';
import { createImagingEngine } from '../engine.ts';
import { gridHeic, TILE } from '../test-support/heic.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { leastCpuMs } from '../test-support/least-cpu.ts';
import { inspectionOf } from '../test-support/rejection.ts';
import { variantSet } from '../test-support/render.ts';
import { defaultBudgets } from './budgets.ts';
import { codedPixels } from './coded-pixels.ts';
import { countParts } from './count-parts.ts';

const SHOWN = hostile.SHOWN_SIDE ** 2;
const MB = 1e6;

/** Measured: at most 60 ms. The margin is for the compilation of the code itself, and for a busy machine. */
const CPU_MS_MAX = 400;

describe('the limit of pixels includes those of an AVIF that are decoded without being shown:', () => {
  test.each(Object.entries(hostile.hiddenPixelsAvif))('%s', async (_kind, make) => {
    const limits = { pixelsMax: 4 * SHOWN };
    const within = await make(2);
    expect(codedPixels(within).all).toBe(4 * SHOWN);
    expect(await inspectionOf(within, { limits })).toBe('rendered');
    const { info } = await sharp(within).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height], 'libheif').toEqual([hostile.SHOWN_SIDE, hostile.SHOWN_SIDE]);
    expect(await inspectionOf(await make(3), { limits })).toBe('too-complex');
  });

  test('a picture whose own size is over the limit has too many pixels', async () => {
    const limits = { pixelsMax: SHOWN };
    expect(await inspectionOf(await hostile.gridAvif({ columns: 2, rows: 2, tile: 64 }), { limits })).toBe(
      'too-many-pixels',
    );
  });

  test('tiles that reach beyond a picture, and an alpha channel of its size, are within it', async () => {
    const [width, height] = [7 * TILE.width - 20, 5 * TILE.height - 20];
    const limits = { pixelsMax: width * height };
    const phone = await gridHeic({ columns: 7, rows: 5, width, height, extras: true });
    expect(codedPixels(phone).all).toBe(35 * TILE.width * TILE.height);
    expect(await inspectionOf(phone, { limits })).toBe('rendered');
    const alpha = await hostile.flatAvif(300, 200, { alpha: true });
    expect(await inspectionOf(alpha, { limits: { pixelsMax: 300 * 200 } })).toBe('rendered');
  });

  test('a grid of 256 references to a tile of a megapixel is rejected at the cost of a pass over it', async () => {
    const bytes = await hostile.sharedTileAvif(16, 16, 1024, 64);
    const engine = await createImagingEngine();
    const inspect = () => expect(engine.inspect(bytes)).rejects.toMatchObject({ code: 'too-complex' });
    expect(await leastCpuMs(inspect, CPU_MS_MAX)).toBeLessThanOrEqual(CPU_MS_MAX);
  });
});

describe('pixels that are not shown are predicted like shown ones:', () => {
  const costOf = async (file: Buffer) => {
    const set = variantSet({ width: 32, height: 32, format: 'webp' });
    return predictCost({ ...(await (await createImagingEngine()).inspectSource(file, { set })), set });
  };

  test('the CPU of all tiles', async () => {
    const part = await costOf(await hostile.sharedTileAvif(4, 4, 512, 64));
    const whole = await costOf(await hostile.sharedTileAvif(4, 4, 512, 4 * 512));
    expect(part.cpuMs / whole.cpuMs).toBeGreaterThan(0.9);
  });

  test('the memory of the largest frame, but not that of tiles which are decoded one after the other', async () => {
    const shown = await costOf(await hostile.flatAvif(512, 512));
    const tile = await costOf(await hostile.sharedTileAvif(1, 1, 512, 64));
    const tiles = await costOf(await hostile.sharedTileAvif(4, 4, 512, 64));
    expect(tile.heldBytes).toBe(shown.heldBytes);
    expect(tiles.heldBytes).toBe(shown.heldBytes);
  });

  test('the memory of a grid before it is cropped', async () => {
    const cropped = await costOf(await hostile.sharedTileAvif(4, 4, 512, 4 * 512, { isCropped: true }));
    const whole = await costOf(await hostile.sharedTileAvif(4, 4, 512, 4 * 512));
    expect(cropped.heldBytes).toBe(whole.heldBytes);
  });
});

describe('frames of an AVIF are counted where libheif reads them:', () => {
  test.each(Object.entries(hostile.hiddenItemsAvif))('%s', async (_place, make) => {
    const within = await make(10);
    expect(countParts(within, defaultBudgets).codedFrames).toBeGreaterThanOrEqual(10);
    await expect(sharp(within).raw().toBuffer(), 'libheif').resolves.toBeDefined();
    expect(await inspectionOf(within)).toBe('rendered');
    expect(await inspectionOf(await make(20))).toBe('too-complex');
  });

  test('in the header of a picture without data, which are decoded before it is rejected', async () => {
    expect(await inspectionOf(await hostile.framesWithoutDataAvif(20))).toBe('too-complex');
  });

  test('a file with several meta boxes, of which libheif reads the last one, is rejected', async () => {
    const file = await hostile.severalMetaAvif(2);
    await expect(sharp(file).raw().toBuffer(), 'libheif').resolves.toBeDefined();
    expect(await inspectionOf(file)).toBe('too-complex');
  });
});

describe('an AVIF is inspected at the cost of a pass over it', () => {
  test('with 250 references to an auxiliary picture of 200 long types', async () => {
    const bytes = await hostile.manyAuxiliaryReferencesAvif(250, 700_000, 200);
    const engine = await createImagingEngine();
    const inspect = () => expect(engine.inspect(bytes)).resolves.toMatchObject({ format: 'avif' });
    expect(await leastCpuMs(inspect, CPU_MS_MAX)).toBeLessThanOrEqual(CPU_MS_MAX);
  });

  test('with 49 MB of brands', async () => {
    const bytes = await hostile.manyBrandsAvif(49 * MB);
    const engine = await createImagingEngine();
    const inspect = () => expect(engine.inspect(bytes)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await leastCpuMs(inspect, CPU_MS_MAX)).toBeLessThanOrEqual(CPU_MS_MAX);
  });
});
