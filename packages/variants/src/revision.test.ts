import { expect, test } from 'vitest';
import { revisionOf, VariantSet } from './index.ts';

const small = { name: 'small', width: 300, height: 300, fit: 'inside', format: 'webp', quality: 80 } as const;
const large = { ...small, name: 'large', width: 1200, height: 1200 };
const revision = (...entries: object[]) => revisionOf(VariantSet.parse(entries));

test('is twelve hex digits, and the same for the same set', async () => {
  expect(await revision(small, large)).toMatch(/^[0-9a-f]{12}$/);
  expect(await revision(small, large)).toBe(await revision(small, large));
});

test('does not depend on the order of entries or of their fields', async () => {
  const turned = Object.fromEntries(Object.entries(small).toReversed());
  expect(await revision(large, turned)).toBe(await revision(small, large));
});

test('does not depend on whether a default is written out', async () => {
  expect(await revision({ ...small, shape: 'rectangle', animated: false })).toBe(await revision(small));
});

test('does not depend on the order in which kept metadata is named, nor on naming it twice', async () => {
  const both = await revision({ ...small, keepMetadata: ['artist', 'copyright'] });
  expect(await revision({ ...small, keepMetadata: ['copyright', 'artist', 'copyright'] })).toBe(both);
  expect(await revision({ ...small, keepMetadata: undefined })).toBe(await revision(small));
});

test.each([
  ['width', { width: 301 }],
  ['quality', { quality: 81 }],
  ['position', { position: 'attention' }],
  ['background', { background: '#000000' }],
  ['format', { format: 'avif' }],
  ['name', { name: 'tiny' }],
  ['kept metadata', { keepMetadata: ['copyright'] }],
])('changes with the %s of one entry', async (_field, change) => {
  expect(await revision({ ...small, ...change }, large)).not.toBe(await revision(small, large));
});
