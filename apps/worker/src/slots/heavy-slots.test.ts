import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createHeavySlots } from './heavy-slots.ts';

const image = () => ({ imageId: ImageId.parse(uuidv7()), tenant: Tenant.parse('demo') });

test('light images take no slot, and a heavy one takes one slot, which it releases once', () => {
  const slots = createHeavySlots({ slotsMax: 1 });
  const [light, heavy, other] = [slots.begin(image()), slots.begin(image()), slots.begin(image())];
  expect([light.resume(), light.take('light')]).toEqual([undefined, undefined]);
  expect([heavy.resume(), heavy.take('heavy'), heavy.take('heavy')]).toEqual([undefined, undefined, undefined]);
  expect(other.take('heavy')).toMatchObject({ outcome: 'postponed', reason: 'heavy-images-busy' });
  heavy.end(true);
  heavy.end(true);
  expect(other.take('heavy')).toBeUndefined();
  expect(slots.begin(image()).take('heavy')).toBeDefined();
});

test('an image that was found heavy waits for a slot before its original is read again', () => {
  const slots = createHeavySlots({ slotsMax: 1 });
  const [waiting, running] = [image(), slots.begin(image())];
  running.take('heavy');
  const first = slots.begin(waiting);
  expect(first.take('heavy')).toBeDefined();
  first.end(true);
  expect(slots.begin(waiting).resume()).toMatchObject({ reason: 'heavy-images-busy' });
  running.end(true);
  const second = slots.begin(waiting);
  expect(second.resume()).toBeUndefined();
  expect(second.isHeavy).toBe(true);
  expect(slots.begin(image()).take('heavy')).toBeDefined();
  // It waits for something else.
  second.end(false);
  const third = slots.begin(waiting);
  expect(third.resume()).toBeUndefined();
  expect(third.isHeavy).toBe(true);
});
