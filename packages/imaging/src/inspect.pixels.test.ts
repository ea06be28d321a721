import { describe, expect, test } from 'vitest';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
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

describe('supported pixel formats keep their colours', () => {
  test.each<[string, TiffPixels, number[]]>([
    ['grey', { ...kinds.grey, samples: [90] }, [90, 90, 90, 255]],
    ['grey and alpha', { ...kinds.grey, samples: [90, 128] }, [90, 90, 90, 128]],
    ['RGB', { ...kinds.rgb, samples: [200, 100, 50] }, [200, 100, 50, 255]],
    ['RGB and alpha', { ...kinds.rgb, samples: [200, 100, 50, 128] }, [200, 100, 50, 128]],
    ['RGB of 16 bits', { ...kinds.rgb16, samples: [0xc8c8, 0x6464, 0x3232] }, [200, 100, 50, 255]],
    ['linear float RGB', { ...kinds.float, samples: [1, 0, 0.2140411] }, [255, 0, 127, 255]],
    ['16-bit CIE Lab', { photometric: 8, bits: 16, samples: [128 << 8, 20 << 8, 30 << 8] }, [164, 105, 69, 255]],
    ['CMYK without ink, and alpha', { ...kinds.cmyk, samples: [0, 0, 0, 0, 128] }, [255, 255, 255, 128]],
  ])('%s', async (_kind, pixels, expected) => {
    const { rgb, alpha } = await pixelReader((await renderOne(tiff(pixels))).data);
    for (const [index, level] of [...rgb(8, 8), alpha(8, 8)].entries()) {
      expect(Math.abs(level - (expected[index] ?? Number.NaN)), `channel ${index}`).toBeLessThanOrEqual(1);
    }
  });
});

describe('pixel formats that would show wrong colours are rejected from the header', () => {
  test.each<[string, TiffPixels]>([
    // libvips reports it as damage.
    ['8-bit CIE Lab', { photometric: 8, bits: 8, samples: [128, 20, 30] }],
    ['grey with two extra channels', { ...kinds.grey, samples: [90, 1, 2] }],
    ['RGB with alpha and a spot colour', { ...kinds.rgb, samples: [200, 100, 50, 255, 9] }],
    ['RGB with three extra channels', { ...kinds.rgb, samples: [200, 100, 50, 1, 2, 3] }],
    ['CMYK with two extra channels', { ...kinds.cmyk, samples: [0, 128, 200, 20, 1, 2] }],
    ['float grey', { photometric: 1, bits: 32, sampleFormat: 3, samples: [0.5] }],
    ['float CMYK', { photometric: 5, bits: 32, sampleFormat: 3, samples: [0, 0.5, 0.5, 0] }],
    ['RGB of 32 bits', { photometric: 2, bits: 32, samples: [3e9, 1e9, 5e8] }],
    ['signed RGB', { photometric: 2, bits: 8, sampleFormat: 2, samples: [-30, 20, 100] }],
    ['signed 16-bit grey', { photometric: 1, bits: 16, sampleFormat: 2, samples: [-3000] }],
  ])('%s', async (_kind, pixels) => {
    expect(await inspectionOf(tiff(pixels))).toBe('unsupported-format');
    expect(await outcomeOf(tiff(pixels))).toBe('unsupported-format');
  });
});
