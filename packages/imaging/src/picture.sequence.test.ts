import { effortOf, variantSets } from '@imagemill/variants';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { gradientPicture } from './test-support/pictures.ts';
import { atLowestEffort, renderSet, variantSet } from './test-support/render.ts';

const standard = variantSets().get('product') ?? [];
const product = atLowestEffort(standard);
const source = (width: number, height: number) => gradientPicture(width, height).jpeg({ quality: 95 }).toBuffer();

async function pictureOf(bytes: Buffer, set = product) {
  const engine = await createImagingEngine({ encodeSlot: pLimit(1) });
  return engine.decode(bytes, await engine.inspect(bytes), set);
}

test('with one slot, renditions come smallest first', async () => {
  const made = await renderSet(await source(900, 600), product, { slots: 1 });
  const areas = made.map(({ width, height }) => width * height);
  expect(areas).toEqual(areas.toSorted((a, b) => a - b));
  expect(made).toHaveLength(product.length);
});

test('with two slots, the smallest starts first and the longest beside it', async () => {
  const started: string[] = [];
  // One after the other: they end in the order in which they start.
  const engine = await createImagingEngine({ slots: 2, encodeSlot: pLimit(1) });
  const bytes = await source(900, 600);
  const picture = await engine.decode(bytes, await engine.inspect(bytes), standard);
  for await (const { variant } of picture.render()) started.push(`${variant.name}.${variant.format}`);
  const names = standard.map(({ name, format }) => `${name}.${format}`);
  // The avif of the largest size has the lowest effort.
  expect(started.slice(0, 3)).toEqual(['thumb.webp', 'medium.avif', 'thumb.avif']);
  expect(started.toSorted()).toEqual(names.toSorted());
});

describe('identical renditions are encoded once', () => {
  test('for variants that have the same size for a small source', async () => {
    const made = await renderSet(await source(500, 400), product);
    const dataOf = (name: string, format: string) =>
      made.find(({ variant }) => variant.name === name && variant.format === format)?.data;
    for (const format of ['avif', 'webp']) {
      expect(dataOf('large', format)).toBe(dataOf('retina', format));
      expect(dataOf('medium', format)).toBe(dataOf('large', format));
    }
    expect(new Set(made.map(({ data }) => data)).size).toBe(8);
  });

  test('for variants without a visible difference', async () => {
    // Without an effort of its own: that of its size.
    const box = { format: 'webp', effort: undefined };
    const set = variantSet(
      { format: 'png' },
      { format: 'png', quality: 20 },
      box,
      { ...box, animated: true },
      { ...box, effort: effortOf({ format: 'webp' }, { width: 60, height: 40, shareOfSource: 1 }) },
      { ...box, fit: 'cover', width: 900, height: 600, position: 'attention' },
      { format: 'jpeg' },
      { format: 'jpeg', background: '#000000' },
    );
    const made = await renderSet(await source(60, 40), set);
    expect(new Set(made.map(({ data }) => data)).size).toBe(3);
    for (const { variant, data } of made) expect((await sharp(data).metadata()).format).toBe(variant.format);
  });

  test('but not for a different quality, effort, background, shape or crop', async () => {
    const box = { width: 30, height: 30, fit: 'cover', format: 'webp' };
    const set = variantSet(
      box,
      { ...box, quality: 10 },
      { ...box, effort: 1 },
      { ...box, shape: 'circle' },
      { ...box, position: 'attention' },
      { ...box, fit: 'inside', height: 20 },
      { ...box, format: 'jpeg' },
      { ...box, format: 'jpeg', background: '#000000' },
    );
    const transparent = await gradientPicture(90, 60).ensureAlpha(0.5).png().toBuffer();
    const made = await renderSet(transparent, set);
    expect(new Set(made.map(({ data }) => data)).size).toBe(set.length);
  });
});

test('the same source gives the same bytes', async () => {
  const bytes = await source(700, 500);
  const [one, other] = [await renderSet(bytes, product), await renderSet(bytes, product)];
  const hex = (made: typeof one) => made.map(({ data }) => Buffer.from(data).toString('base64')).sort();
  expect(hex(one)).toEqual(hex(other));
});

test('a small frame derived from a larger one looks the same as one made directly from the source', async () => {
  const bytes = await source(1600, 1200);
  const ladder = variantSet(...[75, 150, 300, 600, 1200].map((side) => ({ width: side, height: side })));
  for (const { width, height, data } of await renderSet(bytes, ladder)) {
    const straight = await sharp(bytes).resize(width, height, { fit: 'fill' }).raw().toBuffer();
    const ours = await sharp(data).raw().toBuffer();
    const squares = ours.reduce((sum, level, index) => sum + (level - (straight[index] ?? 0)) ** 2, 0);
    expect(Math.sqrt(squares / ours.length), `${width}`).toBeLessThan(1.5);
  }
});

describe('an aborted decode', () => {
  const reason = new Error('the job was lost');

  test('never starts if it is still queued', async () => {
    const engine = await createImagingEngine({ encodeSlot: pLimit(1) });
    const bytes = await source(900, 600);
    const facts = await engine.inspect(bytes);
    const first = engine.decode(bytes, facts, product);
    const controller = new AbortController();
    const second = engine.decode(bytes, facts, product, { signal: controller.signal });
    const tasks = libvipsTasksOf(async () => {
      controller.abort(reason);
      await expect(second).rejects.toBe(reason);
      await first;
    });
    // The first starts and ends.
    expect(await tasks).toBeLessThanOrEqual(2);
  });

  test('throws the reason at its end if it has already started', async () => {
    const engine = await createImagingEngine({ encodeSlot: pLimit(1) });
    const bytes = await source(900, 600);
    const controller = new AbortController();
    const facts = await engine.inspect(bytes);
    sharp.queue.once('change', () => controller.abort(reason));
    await expect(engine.decode(bytes, facts, product, { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('an aborted rendering', () => {
  test('starts no further encode after its iterator is closed', async () => {
    const picture = await pictureOf(await source(900, 600));
    const all = await libvipsTasksOf(async () => Array.fromAsync(picture.render()));
    const few = await libvipsTasksOf(async () => {
      for await (const { variant } of picture.render()) if (variant.name === 'thumb') break;
      // It runs after every queued encode.
      await picture.summarise();
    });
    const summary = await libvipsTasksOf(() => picture.summarise());
    expect(all).toBeGreaterThan(2 * product.length);
    expect(few - summary).toBeLessThan(all / 2);
  });

  test('throws the reason of its signal, even if it was aborted before the start', async () => {
    const picture = await pictureOf(await source(60, 40));
    const reason = new Error('the job was lost');
    await expect(Array.fromAsync(picture.render({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  test('throws the reason if it is aborted between two renditions, even before the last', async () => {
    const picture = await pictureOf(await source(600, 400));
    for (const stopAfter of [1, 4]) {
      const controller = new AbortController();
      const reason = new Error(`stopped after ${stopAfter}`);
      let made = 0;
      const rendering = async () => {
        for await (const _ of picture.render({ signal: controller.signal }))
          if (++made === stopAfter) controller.abort(reason);
      };
      await expect(rendering()).rejects.toBe(reason);
      expect(made).toBe(stopAfter);
    }
  });

  test('can be started again', async () => {
    const picture = await pictureOf(await source(60, 40));
    for await (const _ of picture.render()) break;
    expect(await Array.fromAsync(picture.render())).toHaveLength(product.length);
  });
});

test.each([
  [1, 1],
  [1, 5000],
  [5000, 1],
  [90, 60],
])('a source of %i×%i has a placeholder and a dominant colour', async (width, height) => {
  const summary = await (await pictureOf(await source(width, height))).summarise();
  expect(Buffer.from(summary.placeholder, 'base64').length).toBeGreaterThanOrEqual(5);
  expect(summary.dominantColour).toMatch(/^#[0-9a-f]{6}$/);
});

/** The number of changes of sharp's queue: two per task, at its start and at its end. */
async function libvipsTasksOf(work: () => Promise<unknown>): Promise<number> {
  let moves = 0;
  const count = () => moves++;
  sharp.queue.on('change', count);
  await work();
  sharp.queue.off('change', count);
  return moves;
}
