import type { Sharp } from 'sharp';
import { createRandom, fromPixels, type Rgb } from './pictures.ts';

const white: Rgb = [255, 255, 255];

/** Four samples a pixel, so that edges are smooth, as in a screenshot. */
const drawn = (side: number, colourAt: (x: number, y: number) => Rgb): Sharp => {
  const at = (x: number, y: number) => colourAt(x / side, y / side);
  return fromPixels(side, side, 3, (x, y) => {
    const samples = [at(x, y), at(x + 0.5, y), at(x, y + 0.5), at(x + 0.5, y + 0.5)];
    return [0, 1, 2].map((channel) => samples.reduce((sum, sample) => sum + (sample[channel] ?? 0), 0) / 4);
  });
};

export const barChart = (side: number) =>
  drawn(side, (x, y) => {
    const bar = Math.floor(x * 6);
    const isBar = x * 6 - bar > 0.3 && y > 0.9 - bar * 0.13 && y < 0.95;
    return isBar
      ? ((
          [
            [220, 30, 60],
            [40, 90, 230],
            [0, 150, 100],
          ] as const
        )[bar % 3] as Rgb)
      : white;
  });

export const logo = (side: number) =>
  drawn(side, (x, y) => {
    if (Math.hypot(x - 0.5, y - 0.5) < 0.12) return white;
    if (Math.hypot(x - 0.4, y - 0.5) < 0.25) return [220, 20, 60];
    return Math.hypot(x - 0.6, y - 0.5) < 0.25 ? [30, 60, 220] : white;
  });

/** Strokes in one colour on another, as of letters. */
export const text = (side: number, ink: Rgb = [20, 20, 20], paper: Rgb = white) =>
  drawn(side, (x, y) => {
    const [column, row] = [Math.floor(x * 24), Math.floor(y * 16)];
    const [inX, inY] = [x * 24 - column, y * 16 - row];
    const isLetter = row % 2 === 0 && (column * 7 + row) % 6 !== 5;
    const isStroke =
      inX < 0.25 || (inY > 0.4 && inY < 0.6 && inX < 0.8) || (column % 3 === 0 && inY < 0.2 && inX < 0.8);
    return isLetter && isStroke ? ink : paper;
  });

/** A window with a bar that changes its colour in small steps. */
export const userInterface = (side: number) =>
  drawn(side, (x, y) => {
    if (y < 0.08) return [60 + 60 * x, 60, 220];
    return x < 0.3 ? [30, 41, 59] : [243, 244, 246];
  });

/** Colours at random, of few: without loss, they need many bytes. */
export function confetti(side: number): Sharp {
  const random = createRandom(7);
  const level = () => 85 * Math.floor(random() * 4);
  return fromPixels(side, side, 3, () => [level(), level(), level()]);
}
