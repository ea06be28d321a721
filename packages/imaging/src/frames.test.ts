import { planRenditions } from '@imagemill/variants';
import { expect, test, vi } from 'vitest';
import { withBackdrops } from './backdrop.ts';
import { createFrames } from './frames.ts';
import type { Pixels } from './pixels.ts';
import { gradientPicture } from './test-support/pictures.ts';
import { variantSet } from './test-support/render.ts';

const SOURCE = { width: 320, height: 240 };

async function decodedPixels(): Promise<Pixels> {
  const { width, height } = SOURCE;
  const data = await gradientPicture(width, height).raw().toBuffer();
  return { data, raw: { width, height, channels: 3 } };
}

/** Of a set of squares' bounds with these sides. */
function plansOf(decoded: Pixels, sides: readonly number[]) {
  const set = variantSet(...sides.map((each) => ({ name: `s${each}`, width: each, height: each, fit: 'inside' })));
  return withBackdrops(planRenditions(SOURCE, set), { pixels: decoded, colour: 'srgb', isGraphic: false });
}

/** The frame of this side. */
async function frame(decoded: Pixels, sides: readonly number[], side: number): Promise<Buffer> {
  const plans = plansOf(decoded, sides);
  const plan = plans.find(({ variant }) => variant.width === side);
  if (!plan) throw new Error(`There is no frame of ${side}.`);
  return Buffer.from((await createFrames(decoded, plans, plans).of(plan)).data);
}

test('the smallest frame is made from the decoded pixels, and does not wait for the others', async () => {
  const decoded = await decodedPixels();
  const alone = await frame(decoded, [40], 40);
  expect((await frame(decoded, [40, 90, 190], 40)).equals(alone)).toBe(true);
});

test('the other small frames are made from the smallest one that is large enough', async () => {
  const decoded = await decodedPixels();
  const fromDecoded = await frame(decoded, [90], 90);
  expect((await frame(decoded, [40, 90, 190], 90)).equals(fromDecoded)).toBe(false);
  expect((await frame(decoded, [40, 90, 170], 90)).equals(await frame(decoded, [40, 90], 90))).toBe(true);
});

test('a frame is freed when it is encoded, and no other one is being made from it', async () => {
  const decoded = await decodedPixels();
  const plans = plansOf(decoded, [40, 90, 190]);
  const [smallest, small, large] = plans;
  if (!smallest || !small || !large) throw new Error('A plan is missing.');
  const frames = createFrames(decoded, plans, plans);
  const largest = await frames.of(large);
  const derived = frames.of(small);
  frames.release(large);
  const { data } = await derived;
  await vi.waitFor(() => expect(largest.data.byteLength).toBe(0));
  expect(data.equals(await frame(decoded, [40, 90, 190], 90))).toBe(true);
  frames.release(small);
  await vi.waitFor(() => expect(data.byteLength).toBe(0));
  expect(decoded.data.byteLength).toBeGreaterThan(0);
});
