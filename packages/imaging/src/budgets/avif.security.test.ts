import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as hostile from '../test-support/hostile/index.ts';
import { inspectionOf } from '../test-support/rejection.ts';
import { defaultBudgets } from './budgets.ts';
import { countParts } from './count-parts.ts';

describe('frames of an AVIF are counted where libheif reads them:', () => {
  test.each(Object.entries(hostile.hiddenItemsAvif))('%s', async (_place, make) => {
    const within = await make(10);
    expect(countParts(within, defaultBudgets).codedFrames).toBeGreaterThanOrEqual(10);
    await expect(sharp(within).raw().toBuffer(), 'libheif').resolves.toBeDefined();
    expect(await inspectionOf(within)).toBe('rendered');
    expect(await inspectionOf(await make(20))).toBe('too-complex');
  });

  test('a file with several meta boxes, of which libheif reads the last one, is rejected', async () => {
    const file = await hostile.severalMetaAvif(2);
    await expect(sharp(file).raw().toBuffer(), 'libheif').resolves.toBeDefined();
    expect(await inspectionOf(file)).toBe('too-complex');
  });
});
