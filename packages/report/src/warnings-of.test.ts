import { avatarSet, productSet, type SourceFacts, VariantSet } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { warningsOf } from './warnings-of.ts';

/** Large enough for every variant of the standard sets. */
const source: SourceFacts = {
  format: 'jpeg',
  width: 4000,
  height: 3000,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
  frames: 1,
  bytes: 1,
};
const [products, avatars] = [VariantSet.parse(productSet), VariantSet.parse(avatarSet)];
const setOf = (entry: Record<string, unknown>): VariantSet =>
  VariantSet.parse([{ name: 'one', width: 100, height: 50, fit: 'inside', format: 'webp', quality: 80, ...entry }]);
const of = (change: Partial<SourceFacts>, set: VariantSet = products) =>
  warningsOf({ source: { ...source, ...change }, set });
const codes = (...args: Parameters<typeof of>) => of(...args).map(({ code }) => code);

test('a large photograph without extras has no warnings', () => {
  expect([of({}), of({}, avatars)]).toEqual([[], []]);
});

describe('too-small', () => {
  test('names each variant once, the size of the original, and the size that is needed', () => {
    expect(of({ width: 800, height: 1000 })).toEqual([
      {
        code: 'too-small',
        variants: ['large', 'retina', 'og'],
        width: 800,
        height: 1000,
        needed: { width: 1920, height: 2400 },
      },
    ]);
  });

  test.each([
    ['inside', { width: 100, height: 1 }, undefined],
    ['inside', { width: 99, height: 49 }, { width: 100, height: 50 }],
    ['contain', { width: 10, height: 50 }, undefined],
    ['outside', { width: 100, height: 49 }, { width: 103, height: 50 }],
    ['cover', { width: 99, height: 500 }, { width: 100, height: 506 }],
    ['fill', { width: 100, height: 49 }, { width: 103, height: 50 }],
  ])('of fit %s, a source of %o needs %o', (fit, size, needed) => {
    const [warning] = of(size, setOf({ fit }));
    expect(warning && 'needed' in warning ? warning.needed : undefined).toEqual(needed);
  });

  test('does not count the padding of a box', () => {
    expect(codes({ width: 80, height: 30 }, setOf({ padding: 10 }))).toEqual([]);
    expect(codes({ width: 79, height: 29 }, setOf({ padding: 10 }))).toEqual(['too-small']);
  });
});

test('profile-converted names the profile, unless every rendition keeps wide colours', () => {
  expect(of({ colourProfile: 'Adobe RGB (1998)' })).toEqual([
    { code: 'profile-converted', profile: 'Adobe RGB (1998)' },
  ]);
  expect(codes({ colourProfile: 'Display P3' }, setOf({ colour: 'p3' }))).toEqual([]);
});

test('animation-dropped is not for a set with an animated variant, unless that cannot keep the animation', () => {
  const animated = setOf({ animated: true });
  expect(codes({ isAnimated: true, frames: 2 })).toEqual(['animation-dropped']);
  expect(codes({ isAnimated: true, frames: 2 }, animated)).toEqual([]);
  expect(codes({ isAnimated: true, frames: 2, orientation: 6 }, animated)).toEqual(['animation-dropped']);
  expect(codes({ isAnimated: true }, animated)).toEqual(['animation-dropped']);
});

const iptc = (code: string) => `http://cv.iptc.org/newscodes/digitalsourcetype/${code}`;

test.each([
  ['trainedAlgorithmicMedia', true],
  ['compositeWithTrainedAlgorithmicMedia', true],
  ['compositeSynthetic', true],
  ['digitalCapture', false],
  ['algorithmicMedia', false],
  ['computationalCapture', false],
])('the DigitalSourceType %s is an ai-mark: %s', (code, isMark) => {
  const digitalSourceType = iptc(code);
  const expected = isMark ? [{ code: 'ai-mark', digitalSourceType }] : [];
  expect(of({ provenance: { c2pa: true, digitalSourceType } })).toEqual(expected);
});

test('a C2PA manifest alone gives no ai-mark', () => {
  expect(of({ provenance: { c2pa: true } })).toEqual([]);
});

test('a picture with everything has every warning about facts, in the documented order', () => {
  const extras = { hasLocation: true, colourProfile: 'Rec. 2020', hdr: 'pq', isAnimated: true } as const;
  const provenance = { c2pa: false, digitalSourceType: iptc('trainedAlgorithmicMedia') };
  expect(codes({ width: 8, height: 8, provenance, ...extras })).toEqual([
    ...['too-small', 'location-removed', 'profile-converted', 'hdr-dropped', 'animation-dropped', 'ai-mark'],
  ]);
});
