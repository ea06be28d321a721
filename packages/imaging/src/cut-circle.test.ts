import { describe, expect, test } from 'vitest';
import { circleOverlay, cutCircle } from './cut-circle.ts';
import { leastThreadCpuMs } from './test-support/least-cpu.ts';

const opaque = (side: number, level = 255) => ({
  data: Buffer.alloc(side * side * 4, level),
  raw: { width: side, height: side, channels: 4 } as const,
});

function alphaOf(side: number) {
  const { data, raw } = opaque(side);
  cutCircle({ data, raw });
  return (x: number, y: number) => data[(y * side + x) * 4 + 3] ?? Number.NaN;
}

const rowsOf = (side: number) => {
  const alpha = alphaOf(side);
  return Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => alpha(x, y)));
};

describe('a circle', () => {
  test.each([6, 48, 100, 101, 400])('of %i pixels has clear corners and a solid centre', (side) => {
    const alpha = alphaOf(side);
    const last = side - 1;
    for (const [x, y] of [
      [0, 0],
      [last, 0],
      [0, last],
      [last, last],
    ] as const)
      expect(alpha(x, y)).toBe(0);
    expect(alpha(side >> 1, side >> 1)).toBe(255);
  });

  test.each([1, 2, 3, 4, 5, 8, 99, 100])('of %i pixels is symmetric in all directions', (side) => {
    const rows = rowsOf(side);
    expect(rows.toReversed()).toEqual(rows);
    expect(rows.map((row) => row.toReversed())).toEqual(rows);
    expect(rows.map((row, y) => row.map((_, x) => rows[x]?.[y]))).toEqual(rows);
  });

  test.each([1, 2, 3, 4, 5])('of only %i pixels still shows its centre', (side) => {
    expect(Math.max(...rowsOf(side).flat())).toBeGreaterThanOrEqual(128);
  });

  test('has an antialiased edge, and the area of its circle', () => {
    const all = rowsOf(200).flat();
    const partly = all.filter((alpha) => alpha > 0 && alpha < 255);
    expect(partly.length).toBeGreaterThan(200);
    expect(new Set(partly).size).toBeGreaterThan(30);
    const area = all.reduce((sum, alpha) => sum + alpha / 255, 0);
    expect(Math.abs(area / (Math.PI * 100 ** 2) - 1)).toBeLessThan(0.002);
  });

  test('scales the existing alpha, and keeps every colour', () => {
    const { data, raw } = opaque(9, 100);
    cutCircle({ data, raw });
    const full = alphaOf(9);
    for (let pixel = 0; pixel < 81; pixel++) {
      const kept = full(pixel % 9, Math.floor(pixel / 9)) / 255;
      const [red, , , alpha = Number.NaN] = data.subarray(pixel * 4, pixel * 4 + 4);
      expect(Math.abs(alpha - 100 * kept)).toBeLessThanOrEqual(0.7);
      expect(red).toBe(100);
    }
  });

  test('is the same in the overlay of an animation', () => {
    const { data, raw } = opaque(48);
    cutCircle({ data, raw });
    expect(circleOverlay(48).input).toEqual(data);
  });

  test('of 16 megapixels costs less than half a second', () => {
    const pixels = opaque(4_000);
    // About 10 ms on a quiet machine.
    expect(leastThreadCpuMs(() => cutCircle(pixels), 500)).toBeLessThan(500);
  });
});
