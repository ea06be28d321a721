import type { SourceFacts } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { variantSet } from '../test-support/render.ts';
import type { Coding } from './coding.ts';
import type { CostSubject } from './features.ts';
import { predictCost } from './predict-cost.ts';

const MIB = 2 ** 20;

const source: SourceFacts = {
  format: 'jpeg',
  width: 4032,
  height: 3024,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
  frames: 1,
  bytes: 3_000_000,
};
const coding: Coding = {
  channels: 3,
  bytesPerChannel: 1,
  isSubsampled: true,
  isProgressive: false,
  scans: 1,
  tiles: 0,
  strips: 0,
  metadataBytes: 20_000,
  isConverted: false,
  isWideGamut: false,
};
const set = variantSet({ width: 1200, height: 1200, format: 'webp' }, { width: 600, height: 600, format: 'avif' });
const subject: CostSubject = { source, coding, set };

const withSource = (changed: Partial<SourceFacts>): CostSubject => ({ ...subject, source: { ...source, ...changed } });
const png = (changed: Partial<Coding> = {}, size: Partial<SourceFacts> = {}): CostSubject => ({
  ...withSource({ format: 'png', ...size }),
  coding: { ...coding, isSubsampled: false, scans: 0, ...changed },
});
const jpeg = (changed: Partial<Coding>): CostSubject => ({ ...subject, coding: { ...coding, ...changed } });

test.each<[string, CostSubject, CostSubject]>([
  ['pixels', subject, withSource({ width: 8064, height: 6048 })],
  ['metadata', subject, jpeg({ metadataBytes: 10_000_000 })],
  ['scans of a progressive JPEG', jpeg({ isProgressive: true, scans: 10 }), jpeg({ isProgressive: true, scans: 40 })],
  ['frames, if they are kept', ...frames({ animated: true })],
  ['renditions', subject, { ...subject, set: [...set, ...set] }],
  ['the size of renditions', subject, { ...subject, set: variantSet({ width: 4000, height: 4000, format: 'avif' }) }],
  ['an encoder’s effort', ...efforts()],
  ['gain maps', ...gainMaps()],
  ['enhanced pixels', subject, { ...subject, enhance: 'sharpen' }],
  ['a conversion to sRGB', png(), png({ isConverted: true })],
  ['colours outside of sRGB, if they are kept', ...layers()],
])('more CPU is predicted for more of: %s', (_what, less, more) => {
  expect(predictCost(more).cpuMs).toBeGreaterThan(predictCost(less).cpuMs);
});

test.each<[string, CostSubject, CostSubject]>([
  ['a progressive JPEG than for a baseline one', subject, jpeg({ isProgressive: true, scans: 10 })],
  ['CMYK than for grey', jpeg({ isProgressive: true, channels: 1 }), jpeg({ isProgressive: true, channels: 4 })],
  ['an interlaced PNG', png(), png({ isProgressive: true })],
  ['16 bits per channel', png({ isProgressive: true }), png({ isProgressive: true, bytesPerChannel: 2 })],
  ['more pixels of an AVIF', withSource({ format: 'avif' }), withSource({ format: 'avif', width: 9990, height: 9990 })],
  ['an alpha channel', png({ isProgressive: true }), png({ isProgressive: true, channels: 4 })],
  ['larger renditions', subject, { ...subject, set: variantSet({ width: 4000, height: 4000, format: 'avif' }) }],
  ['an enhanced copy of the pixels', ...avatars()],
])('more memory is predicted for %s', (_what, less, more) => {
  expect(predictCost(more).memoryBytes).toBeGreaterThan(predictCost(less).memoryBytes);
});

test('entries that are not encoded cost no encoder, but the decode is that of the whole set', () => {
  const [large, small] = set;
  if (!large || !small) throw new Error('The set has two entries.');
  const whole = predictCost(subject);
  for (const only of [[small], [large]]) {
    const cost = predictCost({ ...subject, only });
    expect(cost.cpuMs).toBeLessThan(whole.cpuMs);
    expect(cost.memoryBytes).toBeLessThan(whole.memoryBytes);
  }
  expect(predictCost({ ...subject, only: set })).toEqual(whole);
  const sameDecode = { ...subject, set: variantSet({ width: 1200, height: 1200, format: 'webp' }), only: [] };
  const smallerDecode = { ...sameDecode, set: [small] };
  expect(predictCost({ ...subject, only: [] })).toEqual(predictCost(sameDecode));
  expect(predictCost({ ...subject, only: [] }).memoryBytes).toBeGreaterThan(predictCost(smallerDecode).memoryBytes);
});

test('frames that are not kept cost nothing', () => {
  const [one, many] = frames({ animated: false });
  expect(predictCost(many)).toEqual(predictCost(one));
});

test('the heaviest legal files are told apart from photographs', () => {
  const limit = { width: 9990, height: 9990, bytes: 2_500 };
  const avif = { ...withSource({ ...limit, format: 'avif' }), coding: { ...coding, scans: 0 } };
  expect(predictCost(avif).memoryBytes).toBeGreaterThan(1_500 * MIB);
  const deep = png({ isProgressive: true, channels: 4, bytesPerChannel: 2 }, limit);
  expect(predictCost(deep).memoryBytes).toBeGreaterThan(800 * MIB);
  expect(predictCost(subject).memoryBytes).toBeLessThan(200 * MIB);
});

function frames(entry: { animated: boolean }): [CostSubject, CostSubject] {
  const animation = {
    ...withSource({ format: 'gif', width: 300, height: 200 }),
    set: variantSet({ ...entry, format: 'webp' }),
  };
  return [animation, { ...animation, source: { ...animation.source, frames: 50 } }];
}

function gainMaps(): [CostSubject, CostSubject] {
  const jpegs = (hdr?: string) => ({ ...subject, set: variantSet({ width: 1200, height: 1200, format: 'jpeg', hdr }) });
  return [jpegs(), jpegs('gain-map')];
}

function efforts(): [CostSubject, CostSubject] {
  const [low, high] = [1, 4].map((effort) => ({ ...subject, set: variantSet({ format: 'avif', effort }) }));
  if (!low || !high) throw new Error('There are two efforts.');
  return [low, high];
}

function layers(): [CostSubject, CostSubject] {
  const wide = { ...coding, isWideGamut: true };
  const kept = variantSet({ colour: 'p3', format: 'webp' });
  return [
    { source, coding: wide, set: variantSet({ format: 'webp' }) },
    { source, coding: wide, set: kept },
  ];
}

test('the decode of a HEIC is predicted once, also if its colours are kept', () => {
  const heic = { ...withSource({ format: 'heic' }), coding: { ...coding, isWideGamut: true } };
  const [usual, wide] = [undefined, 'p3'].map((colour) =>
    predictCost({ ...heic, set: variantSet({ format: 'webp', colour }) }),
  );
  expect((wide?.cpuMs ?? 0) - (usual?.cpuMs ?? 0)).toBeLessThan(500);
});

test('a HEIC of a phone is predicted with its decode, and one of 10 bits with twice the memory', () => {
  const heic = withSource({ format: 'heic' });
  const { cpuMs, memoryBytes } = predictCost({ ...heic, set: variantSet({ format: 'webp' }) });
  expect(cpuMs).toBeGreaterThan(1_500);
  expect(cpuMs).toBeLessThan(3_000);
  expect(memoryBytes).toBeGreaterThan(240 * MIB);
  expect(memoryBytes).toBeLessThan(400 * MIB);
  const deep = predictCost({ ...heic, coding: { ...coding, bytesPerChannel: 2 } });
  expect(deep.memoryBytes - predictCost(heic).memoryBytes).toBeGreaterThan(200 * MIB);
});

/** Of small renditions, the larger pixels that are sharpened take the most. */
function avatars(): [CostSubject, CostSubject] {
  const small = { ...subject, set: variantSet({ width: 100, height: 100, format: 'webp' }) };
  return [small, { ...small, enhance: 'sharpen' }];
}
