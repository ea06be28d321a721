import Color from 'colorjs.io';
import type { Rgb } from './pictures.ts';

/** CIEDE2000 between two sRGB colours of 8 bits per channel; differences below 2 are barely visible. */
export function colourDifference(one: Rgb, other: Rgb): number {
  return toColour(one).deltaE(toColour(other), '2000');
}

/** colorjs' names of RGB spaces in linear light. */
export type LinearSpace = 'srgb-linear' | 'p3-linear' | 'a98rgb-linear' | 'prophoto-linear' | 'rec2020-linear';

/** Converts a colour of another RGB space to sRGB, by the definitions of both; clips colours outside of sRGB. */
export function toSrgb(space: 'p3' | LinearSpace, coords: readonly [number, number, number]): Rgb {
  const [red, green, blue] = new Color(space, [...coords]).to('srgb').toGamut({ space: 'srgb', method: 'clip' }).coords;
  return [level(red), level(green), level(blue)];
}

const toColour = (rgb: Rgb) => new Color('srgb', fractions(rgb));
export const fractions = ([red, green, blue]: Rgb): [number, number, number] => [red / 255, green / 255, blue / 255];
const level = (fraction: number | null) => Math.round((fraction ?? 0) * 255);
