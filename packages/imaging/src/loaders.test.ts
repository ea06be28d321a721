import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { blockOtherLoaders } from './loaders.ts';

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');

// Other files run in the same process.
afterEach(() => blockOtherLoaders());

describe('the loaders that uploads must not reach', () => {
  test('are blocked in libvips, for the whole process', async () => {
    sharp.unblock({ operation: ['VipsForeignLoad'] });
    expect((await sharp(svg).metadata()).format).toBe('svg');
    await createImagingEngine();
    await expect(sharp(svg).metadata()).rejects.toThrow('unsupported image format');
  });

  test('prevent the start if blocking them has no effect', async () => {
    sharp.unblock({ operation: ['VipsForeignLoad'] });
    await expect(blockOtherLoaders({ block: () => {}, unblock: () => {} })).rejects.toThrow('still loads SVG');
  });

  test('prevent the start if the block includes a required loader', async () => {
    const all = { block: () => sharp.block({ operation: ['VipsForeignLoad'] }), unblock: () => {} };
    await expect(blockOtherLoaders(all)).rejects.toThrow('does not load GIF');
  });
});
