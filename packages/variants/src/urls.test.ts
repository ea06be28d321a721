import { expect, test } from 'vitest';
import { ImageId, plannedRenditions, prefixes, VariantSet } from './index.ts';

const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');

test('a planned rendition that is made on request has its key like every other, and says so', () => {
  const entry = { name: 'a', width: 9, height: 9, fit: 'inside', format: 'webp', quality: 80 };
  const set = VariantSet.parse([entry, { ...entry, format: 'jpeg', when: 'request' }]);
  const key = `${prefixes.renditions}5b/${imageId}/rev/a`;
  expect(plannedRenditions(imageId, { set, revision: 'rev', visibility: 'public' })).toEqual([
    { variant: 'a', format: 'webp', key: `${key}.webp` },
    { variant: 'a', format: 'jpeg', key: `${key}.jpg`, planned: true },
  ]);
});
