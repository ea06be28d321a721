import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createHeavySlots } from './heavy-slots.ts';

const image = () => ImageId.parse(uuidv7());

test('light images take no slot, and a heavy one takes one slot, which it releases once', () => {
  const slots = createHeavySlots({ slotsMax: 1 });
  const [light, heavy, other] = [slots.begin(image()), slots.begin(image()), slots.begin(image())];
  expect([light.resume(), light.take('light')]).toEqual([undefined, undefined]);
  expect([heavy.resume(), heavy.take('heavy'), heavy.take('heavy')]).toEqual([undefined, undefined, undefined]);
  expect(other.take('heavy')).toMatchObject({ outcome: 'postponed', reason: 'heavy-images-busy' });
  heavy.end();
  heavy.end();
  expect(other.take('heavy')).toBeUndefined();
  expect(slots.begin(image()).take('heavy')).toBeDefined();
});

test('an image that was found heavy waits for a slot before its original is read again', () => {
  const slots = createHeavySlots({ slotsMax: 1 });
  const [imageId, running] = [image(), slots.begin(image())];
  running.take('heavy');
  const first = slots.begin(imageId);
  expect(first.take('heavy')).toBeDefined();
  first.end();
  expect(slots.begin(imageId).resume()).toMatchObject({ reason: 'heavy-images-busy' });
  running.end();
  const second = slots.begin(imageId);
  expect(second.resume()).toBeUndefined();
  expect(slots.begin(image()).take('heavy')).toBeDefined();
});
