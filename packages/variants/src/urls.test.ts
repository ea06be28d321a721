import { expect, test } from 'vitest';
import { ImageId, plannedRenditions, VariantSet } from './index.ts';

const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');

test('a planned rendition that is made on request has its URL like every other, and says so', () => {
  const entry = { name: 'a', width: 9, height: 9, fit: 'inside', format: 'webp', quality: 80 };
  const set = VariantSet.parse([entry, { ...entry, format: 'jpeg', when: 'request' }]);
  const url = `https://cdn.test/images/5b/${imageId}/rev/a`;
  expect(plannedRenditions({ imageId, set, revision: 'rev', cdnBaseUrl: 'https://cdn.test/' })).toEqual([
    { variant: 'a', format: 'webp', url: `${url}.webp` },
    { variant: 'a', format: 'jpeg', url: `${url}.jpg`, planned: true },
  ]);
});
