import { expect, test } from 'vitest';
import { certainBoxes, withoutOverlaps } from './boxes.ts';

const whole = { left: 0, top: 0, width: 1, height: 1 };

test('keeps certain boxes only, within the picture', () => {
  const scores = new Float32Array([0.1, 0.9, 0.6, 0.4]);
  const corners = new Float32Array([-0.5, 0.25, 0.5, 1.5, 0, 0, 1, 1]);
  const [box, ...others] = certainBoxes(scores, corners, whole);
  expect(box).toMatchObject({ left: 0, top: 0.25, width: 0.5, height: 0.75 });
  expect(others).toEqual([]);
});

test('a box of a part is placed in the picture', () => {
  const part = { left: 0.5, top: 0, width: 0.5, height: 0.5 };
  const [box] = certainBoxes(new Float32Array([0, 1]), new Float32Array([0.5, 0.5, 1, 1]), part);
  expect(box).toMatchObject({ left: 0.75, top: 0.25, width: 0.25, height: 0.25 });
});

test('of boxes that overlap, the most certain one is kept, and of nested ones the larger one', () => {
  const face = { left: 0.1, top: 0.1, width: 0.2, height: 0.2, score: 0.9 };
  const shifted = { ...face, left: 0.12, score: 0.8 };
  const nested = { left: 0.12, top: 0.12, width: 0.05, height: 0.05, score: 0.99 };
  const beside = { ...face, left: 0.6, score: 0.75 };
  expect(withoutOverlaps([face, shifted, beside])).toEqual([face, beside]);
  expect(withoutOverlaps([face, nested])).toEqual([face]);
});
