import { randomUUID } from 'node:crypto';
import type { ImageId } from '@imagemill/variants';
import { expect, test } from 'vitest';
import type { Finding } from './find-image.ts';
import { limitLookUps } from './limit-look-ups.ts';

const { signal } = new AbortController();
const newId = () => randomUUID() as ImageId;
const full = { options: { status: 503, code: 'render-queue-full' } };

/** Look-ups that wait until they are answered. */
function heldLookUps(max: number) {
  const held = new Map<ImageId, (finding: Finding) => void>();
  const find = limitLookUps((imageId) => {
    const { promise, resolve } = Promise.withResolvers<Finding>();
    held.set(imageId, resolve);
    return promise;
  }, max);
  const answer = (imageId: ImageId, is: 'found' | 'missing') => held.get(imageId)?.({ is } as Finding);
  return { find: (imageId: ImageId) => find(imageId, signal), answer };
}

test('look-ups of unknown ids beyond the limit are refused at once, while a known image is still found', async () => {
  const { find, answer } = heldLookUps(3);
  const known = newId();
  const first = find(known);
  answer(known, 'found');
  await first;

  const unknown = [newId(), newId(), newId()];
  const waiting = unknown.map(find);
  await expect(find(newId())).rejects.toMatchObject(full);
  const again = find(known);
  answer(known, 'found');
  expect(await again).toMatchObject({ is: 'found' });

  for (const imageId of unknown) answer(imageId, 'missing');
  await Promise.all(waiting);
  const next = newId();
  const later = find(next);
  answer(next, 'missing');
  expect(await later).toEqual({ is: 'missing' });
});

test('look-ups of known images are limited too, and one that was not found does not make its id known', async () => {
  const { find, answer } = heldLookUps(1);
  const [known, missing] = [newId(), newId()];
  for (const [imageId, is] of [
    [known, 'found'],
    [missing, 'missing'],
  ] as const) {
    const look = find(imageId);
    answer(imageId, is);
    await look;
  }
  const held = [find(missing), find(known)];
  await expect(find(newId())).rejects.toMatchObject(full);
  await expect(find(known)).rejects.toMatchObject(full);
  answer(missing, 'missing');
  answer(known, 'found');
  await Promise.all(held);
});
