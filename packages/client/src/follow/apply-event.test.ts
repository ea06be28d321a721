import { expect, test } from 'vitest';
import type { Image, Rendition } from '../types.ts';
import { applyEvent } from './apply-event.ts';

const image: Image = {
  imageId: 'i',
  category: 'product',
  metadata: {},
  attempts: 1,
  createdAt: '2026-11-29T06:00:00.000Z',
  status: 'processing',
  progress: { done: 0, total: 2 },
  renditions: [],
};
const stored: Rendition = { variant: 'thumb', format: 'avif', url: 'u', width: 1, height: 1, bytes: 9 };
const planned: Rendition = { ...stored, format: 'webp', bytes: null, planned: true };

test('a rendition that is made on request is listed, and does not count as progress', () => {
  const [first, both] = [[planned], [planned, stored]].map((events) =>
    events.reduce<Image | undefined>((before, event) => applyEvent(before, 'rendition', event), image),
  );
  expect(first).toMatchObject({ renditions: [planned], progress: { done: 0, total: 2 } });
  expect(both).toMatchObject({ renditions: [planned, stored], progress: { done: 1, total: 2 } });
});
