import { describe, expect, test } from 'vitest';
import { fateOf, inspectionOf } from './test-support/rejection.ts';
import { pixelReader, renderOne } from './test-support/render.ts';
import { plainTiff, type TiffPixels } from './test-support/tiff.ts';

const kinds = {
  grey: { photometric: 1, bits: 8 },
  rgb: { photometric: 2, bits: 8 },
  rgb16: { photometric: 2, bits: 16 },
  float: { photometric: 2, bits: 32, sampleFormat: 3 },
  cmyk: { photometric: 5, bits: 8 },
} as const;
const tiff = (pixels: TiffPixels) => plainTiff(20, 15, pixels);

describe('pixels that can be shown as they are meant are', () => {
  test.each<[string, TiffPixels, number[]]>([
    ['grey', { ...kinds.grey, samples: [90] }, [90, 90, 90, 255]],
    ['grey and alpha', { ...kinds.grey, samples: [90, 128] }, [90, 90, 90, 128]],
    ['RGB', { ...kinds.rgb, samples: [200, 100, 50] }, [200, 100, 50, 255]],
    ['RGB and alpha', { ...kinds.rgb, samples: [200, 100, 50, 128] }, [200, 100, 50, 128]],
    ['RGB of 16 bits', { ...kinds.rgb16, samples: [0xc8c8, 0x6464, 0x3232] }, [200, 100, 50, 255]],
    ['linear RGB in floats', { ...kinds.float, samples: [1, 0, 0.2140411] }, [255, 0, 127, 255]],
    ['CIE Lab of 16 bits', { photometric: 8, bits: 16, samples: [128 << 8, 20 << 8, 30 << 8] }, [164, 105, 69, 255]],
    ['CMYK of no ink, and alpha', { ...kinds.cmyk, samples: [0, 0, 0, 0, 128] }, [255, 255, 255, 128]],
  ])('%s', async (_kind, pixels, expected) => {
    const { rgb, alpha } = await pixelReader((await renderOne(tiff(pixels))).data);
    for (const [index, level] of [...rgb(8, 8), alpha(8, 8)].entries()) {
      expect(Math.abs(level - (expected[index] ?? Number.NaN)), `channel ${index}`).toBeLessThanOrEqual(1);
    }
  });
});

describe('pixels that would be shown wrong are refused, from the header', () => {
  test.each<[string, TiffPixels]>([
    // What libvips says of it sounds like damage.
    ['CIE Lab of 8 bits', { photometric: 8, bits: 8, samples: [128, 20, 30] }],
    ['grey with two more channels', { ...kinds.grey, samples: [90, 1, 2] }],
    ['RGB with alpha and a spot colour', { ...kinds.rgb, samples: [200, 100, 50, 255, 9] }],
    ['RGB with three more channels', { ...kinds.rgb, samples: [200, 100, 50, 1, 2, 3] }],
    ['CMYK with two more channels', { ...kinds.cmyk, samples: [0, 128, 200, 20, 1, 2] }],
    ['grey in floats', { photometric: 1, bits: 32, sampleFormat: 3, samples: [0.5] }],
    ['CMYK in floats', { photometric: 5, bits: 32, sampleFormat: 3, samples: [0, 0.5, 0.5, 0] }],
    ['RGB of 32 bits', { photometric: 2, bits: 32, samples: [3e9, 1e9, 5e8] }],
    ['RGB with a sign', { photometric: 2, bits: 8, sampleFormat: 2, samples: [-30, 20, 100] }],
    ['grey of 16 bits with a sign', { photometric: 1, bits: 16, sampleFormat: 2, samples: [-3000] }],
  ])('%s', async (_kind, pixels) => {
    expect(await inspectionOf(tiff(pixels))).toBe('unsupported-format');
    expect(await fateOf(tiff(pixels))).toBe('unsupported-format');
  });
});
