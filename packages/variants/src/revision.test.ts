import { expect, test } from 'vitest';
import { ENGINE_VERSION, gainMapSettings, revisionOf, Variant, VariantSet } from './index.ts';
import { faceFrame, faceModel } from './models.ts';
import { bytesDependOn } from './revision.ts';

const small = { name: 'small', width: 300, height: 300, fit: 'inside', format: 'webp', quality: 80 } as const;
const large = { ...small, name: 'large', width: 1200, height: 1200 };
const revision = (...entries: object[]) => revisionOf(VariantSet.parse(entries));

test('a revision is twelve hex digits, and the same for the same set', async () => {
  expect(await revision(small, large)).toMatch(/^[0-9a-f]{12}$/);
  expect(await revision(small, large)).toBe(await revision(small, large));
});

test('the order of entries and fields does not change the revision', async () => {
  const turned = Object.fromEntries(Object.entries(small).toReversed());
  expect(await revision(large, turned)).toBe(await revision(small, large));
});

test('an explicit default does not change the revision', async () => {
  expect(await revision({ ...small, shape: 'rectangle', animated: false })).toBe(await revision(small));
});

test('the time at which an entry is made does not change the revision', async () => {
  expect(await revision(small, { ...large, when: 'request' })).toBe(await revision(small, large));
});

test('the order of kept metadata, or a duplicate in it, does not change the revision', async () => {
  const both = await revision({ ...small, keepMetadata: ['artist', 'copyright'] });
  expect(await revision({ ...small, keepMetadata: ['copyright', 'artist', 'copyright'] })).toBe(both);
  expect(await revision({ ...small, keepMetadata: undefined })).toBe(await revision(small));
});

test('sRGB does not change the revision, since it is the default', async () => {
  expect(await revision({ ...small, colour: 'srgb' })).toBe(await revision(small));
});

test('a field of an option that is off does not change the revision', async () => {
  expect(await revision({ ...small, sharpen: false, padding: undefined })).toBe(await revision(small));
});

test('a different position of a crop changes the revision', async () => {
  const crop = { ...small, fit: 'cover' };
  expect(await revision({ ...crop, position: 'attention' })).not.toBe(await revision(crop));
  expect(await revision({ ...crop, position: 'face' })).not.toBe(await revision({ ...crop, position: 'focus' }));
});

test('the model that finds faces, and its frame, are part of the revision of sets that use it, and of no other', () => {
  const crop = { ...small, fit: 'cover' };
  const ofPosition = (position: string) => bytesDependOn(VariantSet.parse([crop, { ...crop, name: 'b', position }]));
  expect(ofPosition('face')).toMatchObject({ engine: ENGINE_VERSION, models: [faceModel], faceFrame });
  expect(ofPosition('attention')).not.toHaveProperty('models');
});

const changes: [field: string, change: object][] = [
  ['trim', { trim: 10 }],
  ['padding', { padding: 2 }],
  ['sharpen', { sharpen: true }],
  ['width', { width: 301 }],
  ['height', { height: 301 }],
  ['quality', { quality: 81 }],
  ['background', { background: '#000000' }],
  ['background', { padding: 2, background: 'blur' }],
  ['format', { format: 'avif' }],
  ['name', { name: 'tiny' }],
  ['colour', { colour: 'p3' }],
  ['keepMetadata', { keepMetadata: ['copyright'] }],
  ['fit', { fit: 'outside' }],
  ['effort', { effort: 3 }],
  ['watermark', { watermark: { sha256: 'a'.repeat(64) } }],
  ['animated', { animated: true }],
];

test.each(changes)('a different %s of one entry changes the revision', async (_field, change) => {
  expect(await revision({ ...small, ...change }, large)).not.toBe(await revision(small, large));
});

test('a circle has another revision than a square', async () => {
  const square = { ...small, fit: 'cover' };
  expect(await revision({ ...square, shape: 'circle' })).not.toBe(await revision(square));
});

test('every field but the time at which an entry is made changes the revision', () => {
  const tested = new Set([...changes.map(([field]) => field), 'position', 'shape', 'hdr', 'when']);
  expect(Object.keys(Variant.shape).filter((field) => !tested.has(field))).toEqual([]);
});

test('a kept gain map changes the revision, and its settings are part of that of sets that keep one, and of no other', async () => {
  const jpeg = { ...small, format: 'jpeg' };
  expect(await revision({ ...jpeg, hdr: 'gain-map' })).not.toBe(await revision(jpeg));
  const madeOf = (entry: object) => bytesDependOn(VariantSet.parse([jpeg, { ...jpeg, name: 'b', ...entry }]));
  expect(madeOf({ hdr: 'gain-map' })).toMatchObject({ gainMapSettings });
  expect(madeOf({})).not.toHaveProperty('gainMapSettings');
});

test('a repeated mark has another revision than a single one, and each spacing has its own', async () => {
  const marked = (change: object) => revision({ ...small, watermark: { sha256: 'a'.repeat(64), ...change } });
  const revisions = await Promise.all([{}, { tile: true }, { tile: true, spacing: 20 }].map(marked));
  expect(new Set(revisions).size).toBe(3);
  expect(await marked({ tile: true, spacing: 10 })).toBe(revisions[1]);
});
