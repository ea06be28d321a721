import { planRenditions } from '@imagemill/variants';
import { expect, test } from 'vitest';
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

/** The frame of this side, of a set of squares' bounds with these sides. */
async function frame(decoded: Pixels, sides: readonly number[], side: number): Promise<Buffer> {
  const set = variantSet(...sides.map((each) => ({ name: `s${each}`, width: each, height: each, fit: 'inside' })));
  const plans = withBackdrops(planRenditions(SOURCE, set), { pixels: decoded, colour: 'srgb', isGraphic: false });
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
