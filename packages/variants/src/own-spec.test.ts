import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CategorySpec, Focus, ownSpec } from './index.ts';

const revisions = { revision: '91980fb062e4', publicRevision: '91980fb062e4' };
const category: CategorySpec = { set: [], visibility: 'public', isModerated: false, ...revisions };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const focus = fc.record({ x: share, y: share });

test('an image without settings of its own has the revision of its category', () => {
  expect(ownSpec(category, {})).toBe(category);
  expect(ownSpec(category, { focus: undefined })).toBe(category);
});

test('an image with a focus has a revision of its own, which is the same for the same focus and category', () => {
  fc.assert(
    fc.property(focus, (point) => {
      const { set, revision } = ownSpec(category, { focus: point });
      expect(revision).toMatch(/^[0-9a-f]{12}$/);
      expect(revision).not.toBe(category.revision);
      expect(ownSpec(category, { focus: { y: point.y, x: point.x } }).revision).toBe(revision);
      expect(ownSpec({ ...category, revision: '0a6547bb0c01' }, { focus: point }).revision).not.toBe(revision);
      expect(set).toBe(category.set);
    }),
  );
});

test('steps that are done later give another revision each time, also beside a focus', () => {
  const own = [undefined, 1, 2].flatMap((redone) => [{ redone }, { redone, focus: { x: 0, y: 1 } }]);
  const revisions = own.map((settings) => ownSpec(category, settings).revision);
  expect(new Set(revisions).size).toBe(own.length);
  expect(ownSpec(category, { redone: 2 }).revision).toBe(revisions[4]);
});

test('an enhanced image has a revision of its own, also beside a focus and steps that were done later', () => {
  const others = [{}, { focus: { x: 0, y: 1 } }, { redone: 1 }, { focus: { x: 0, y: 1 }, redone: 1 }];
  const own = others.flatMap((settings) => [settings, { ...settings, enhance: 'sharpen' as const }]);
  expect(new Set(own.map((settings) => ownSpec(category, settings).revision)).size).toBe(own.length);
  expect(ownSpec(category, { enhance: undefined })).toBe(category);
});

test.each([
  [{ focus: { x: 0.25, y: 0.75 } }, 'c455f997a961'],
  [{ redone: 2 }, 'ee3237c58484'],
  [{ focus: { x: 0, y: 1 }, redone: 1 }, '6b2950905ebe'],
])('the revision of published images with %j never changes', (settings, revision) => {
  expect(ownSpec(category, settings).revision).toBe(revision);
});

test('a private image with a focus has other revisions than a public one with the same focus', () => {
  const spec: CategorySpec = { ...category, visibility: 'signed', revision: '0a6547bb0c01' };
  const [own, inPublic] = [ownSpec(spec, { focus: { x: 0, y: 1 } }), ownSpec(category, { focus: { x: 0, y: 1 } })];
  expect(own.revision).not.toBe(inPublic.revision);
  expect(own.publicRevision).toBe(inPublic.revision);
});

test('no two of a thousand foci have the same revision', () => {
  const points = Array.from({ length: 1000 }, (_, index) => ({ x: (index % 32) / 31, y: Math.floor(index / 32) / 31 }));
  expect(new Set(points.map((point) => ownSpec(category, { focus: point }).revision)).size).toBe(1000);
});

test.each([{ x: 0.1 }, { x: -0.1, y: 0 }, { x: 0, y: 1.01 }, { x: '0', y: 0 }, { x: 0, y: 0, z: 0 }, null])(
  'a focus cannot be %j',
  (value) => {
    expect(Focus.safeParse(value).success).toBe(false);
  },
);
