import { describe, expect, test } from 'vitest';
import { avifFile, codedColour } from './test-support/avif.ts';
import { expectColours, patchColours } from './test-support/patches.ts';
import type { Rgb } from './test-support/pictures.ts';
import { cicp, patchesPng } from './test-support/png.ts';

describe('HDR is tone-mapped to SDR:', () => {
  /** Light in cd/m², and Chromium's grey for it. */
  const lights: [nits: number, grey: number][] = [
    [0, 0],
    [10, 43],
    [50, 98],
    [100, 137],
    [203, 187],
    [400, 224],
    [1000, 255],
    [4000, 255],
  ];
  const pqOf = (nits: number) => {
    const y = (nits / 10_000) ** (2610 / 16_384);
    return ((3424 / 4096 + (2413 / 128) * y) / (1 + (2392 / 128) * y)) ** (2523 / 32);
  };
  const inPq = lights.map(([nits]) => Array.from({ length: 3 }, () => Math.round(pqOf(nits) * 65_535)));
  const greys = lights.map(([, grey]): Rgb => [grey, grey, grey]);
  const hlg: [signal: number, grey: number][] = [
    [0, 0],
    [0.2, 31],
    [0.5, 99],
    [0.75, 187],
    [0.9, 234],
    [1, 255],
  ];
  const inHlg = hlg.map(([signal]) => Array.from({ length: 3 }, () => Math.round(signal * 65_535)));
  const hlgGreys = hlg.map(([, grey]): Rgb => [grey, grey, grey]);

  test.each([1, 9, 12])('PQ in a PNG, primaries %i', async (primaries) => {
    expectColours(await patchColours(patchesPng(inPq, 16, [cicp(primaries, 16)]), lights.length), greys, 1);
  });
  test('HLG in a PNG', async () => {
    expectColours(await patchColours(patchesPng(inHlg, 16, [cicp(9, 18)]), hlg.length), hlgGreys, 1);
  });
  test.each([10, 12] as const)('PQ and HLG in an AVIF of %i bits', async (bits) => {
    const pq = avifFile({
      colour: await codedColour(patchesPng(inPq, 16), bits),
      nclx: { primaries: 9, transfer: 16 },
    });
    expectColours(await patchColours(pq, lights.length), greys);
    const log = avifFile({
      colour: await codedColour(patchesPng(inHlg, 16), bits),
      nclx: { primaries: 9, transfer: 18 },
    });
    expectColours(await patchColours(log, hlg.length), hlgGreys);
  });

  test('a colour brighter than white keeps its hue', async () => {
    const orange = [900, 300, 60].map((nits) => Math.round(pqOf(nits) * 65_535));
    const [[red = 0, green = 0, blue = 0] = []] = await patchColours(patchesPng([orange], 16, [cicp(1, 16)]), 1);
    expect([red > 240, green > 140 && green < 175, blue > 60 && blue < 85]).toEqual([true, true, true]);
  });
});
