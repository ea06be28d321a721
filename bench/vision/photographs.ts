import { readFile } from 'node:fs/promises';
import type { Area, Box, Size } from '@imagemill/variants';
import sharp from 'sharp';
import type { Labelled } from './labelled.ts';

interface Photograph {
  readonly name: string;
  /** Labelled by hand, in shares of the photograph. The first one is the main face. */
  readonly faces: readonly Box[];
}

const face = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height });

/** People at work, by the photographers of the Library of Congress: half turned, from the side, looking down, with hats and goggles. */
const photographs: readonly Photograph[] = [
  { name: 'soldier', faces: [face(0.345, 0.21, 0.09, 0.15)] },
  { name: 'welder', faces: [face(0.375, 0.2, 0.17, 0.16)] },
  { name: 'mechanics', faces: [face(0.345, 0.4, 0.1, 0.125), face(0.265, 0.115, 0.07, 0.09)] },
  {
    name: 'assembly',
    faces: [face(0.61, 0.28, 0.07, 0.115), face(0.485, 0.215, 0.065, 0.095), face(0.7, 0.285, 0.06, 0.09)],
  },
  { name: 'furnace', faces: [face(0.31, 0.135, 0.055, 0.13)] },
  {
    name: 'drop-hammer',
    faces: [face(0.715, 0.555, 0.11, 0.17), face(0.285, 0.16, 0.075, 0.135), face(0.775, 0.15, 0.065, 0.11)],
  },
];

/** Each photograph as it is, and for each face two parts of it, in which it is the largest one and far from the middle. */
export async function photographsOfPeople(): Promise<Labelled[]> {
  const pictures = photographs.map(async ({ name, faces }) => {
    const bytes = await readFile(new URL(`portraits/${name}.jpg`, import.meta.url));
    const { width, height } = await sharp(bytes).metadata();
    const labelled = faces.map((box) => inPixels(box, { width, height }));
    const whole: Labelled = { kind: 'photograph', name, bytes, upright: { width, height }, faces: labelled };
    const parts = labelled.flatMap((main, at) =>
      [wideAround, tallAround]
        .map((around, kind) => around(main, { width, height }, (at + kind) % 2 === 0 ? 0.2 : 0.8))
        .filter((part) => !labelled.some((other) => sizeOf(other) > sizeOf(main) && isInPart(other, part)))
        .map((part) => partOf(bytes, `${name} ${at + 1}`, part, main)),
    );
    return [whole, ...(await Promise.all(parts))];
  });
  return (await Promise.all(pictures)).flat();
}

const inPixels = (box: Box, { width, height }: Size): Box => ({
  left: box.left * width,
  top: box.top * height,
  width: box.width * width,
  height: box.height * height,
});

const sizeOf = ({ width, height }: Box) => width * height;

const isInPart = (face: Box, part: Area) =>
  face.left < part.left + part.width &&
  part.left < face.left + face.width &&
  face.top < part.top + part.height &&
  part.top < face.top + face.height;

/** Sides of a part, in heights or widths of the face. */
const SHORT = 3.5;
const LONG = 7;

/** @param at where the middle of the face is, in shares of the part's width */
function wideAround(main: Box, whole: Size, at: number): Area {
  const height = Math.min(whole.height, Math.round(SHORT * main.height));
  const width = Math.min(whole.width, Math.round(LONG * main.height));
  return within(whole, { width, height }, main.left + main.width / 2 - at * width, main.top - main.height);
}

/** @param at as for `wideAround`, of the part's height */
function tallAround(main: Box, whole: Size, at: number): Area {
  const width = Math.min(whole.width, Math.round(SHORT * main.width));
  const height = Math.min(whole.height, Math.round(LONG * main.width));
  return within(whole, { width, height }, main.left - main.width, main.top + main.height / 2 - at * height);
}

function within(whole: Size, { width, height }: Size, left: number, top: number): Area {
  const start = (from: number, outer: number, inner: number) => Math.max(0, Math.min(outer - inner, Math.round(from)));
  return { left: start(left, whole.width, width), top: start(top, whole.height, height), width, height };
}

async function partOf(bytes: Buffer, name: string, part: Area, main: Box): Promise<Labelled> {
  const { width, height } = part;
  return {
    kind: 'part of a photograph',
    name: `${name}, ${width > height ? 'wide' : 'tall'}`,
    bytes: await sharp(bytes).extract(part).jpeg({ quality: 88 }).toBuffer(),
    upright: { width, height },
    faces: [{ ...main, left: main.left - part.left, top: main.top - part.top }],
  };
}
