import { expect, test } from 'vitest';
import { relativeBytes } from './equal-quality.ts';

const curve = [
  { logBytes: Math.log(100), score: 60 },
  { logBytes: Math.log(400), score: 80 },
  { logBytes: Math.log(800), score: 85 },
];

test.each([
  ['at one of its points', 80, 400],
  ['between two points, by the logarithm of the bytes', 70, 200],
  ['above the last point, on the line of the last two', 90, 1600],
  ['below the first point, on the line of the first two', 40, 25],
])('the bytes for a score are read off the curve %s', (_, score, bytes) => {
  expect(relativeBytes(curve, { logBytes: Math.log(50), score })).toBeCloseTo(bytes / 50, 9);
});

test('a metric where lower is better gives the same bytes', () => {
  const lower = curve.map(({ logBytes, score }) => ({ logBytes, score: -score }));
  expect(relativeBytes(lower, { logBytes: Math.log(50), score: -70 })).toBeCloseTo(4, 9);
});

test('one point is not a curve', () => {
  expect(() => relativeBytes(curve.slice(0, 1), { logBytes: 0, score: 60 })).toThrow('two points');
});
