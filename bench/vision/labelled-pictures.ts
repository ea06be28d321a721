import { readFile } from 'node:fs/promises';
import type { Box } from '@imagemill/variants';
import sharp, { type OverlayOptions } from 'sharp';
import type { Labelled } from './labelled.ts';
import { photographsOfPeople } from './photographs.ts';

interface Portrait {
  readonly name: string;
  readonly pixels: Buffer;
  /** Labelled by hand, in shares of the portrait. */
  readonly face: Box;
}

interface Placed {
  readonly portrait: Portrait;
  /** Of the portrait, in pixels of the canvas. */
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Degrees, clockwise. */
  readonly turned?: number;
}

const root = new URL('../../', import.meta.url);
const photo = (path: string) => readFile(new URL(path, root));
/** All portraits are used as squares, from their top. */
const SIDE = 512;

interface Grounds {
  readonly coffee: Buffer;
  readonly rocket: Buffer;
  readonly flower: Buffer;
}

/** Photographs of people with parts of them, and pictures composed from three portraits on photographs and plain grounds. Deterministic. */
export async function labelledPictures(): Promise<Labelled[]> {
  const portraits = await Promise.all([
    portraitOf('collins', 'examples/photos/avatar.jpg', { left: 0.345, top: 0.12, width: 0.185, height: 0.245 }),
    portraitOf('hopper', 'bench/vision/portraits/hopper.jpg', { left: 0.31, top: 0.26, width: 0.39, height: 0.38 }),
    portraitOf('photographer', 'bench/vision/portraits/photographer.jpg', {
      left: 0.37,
      top: 0.2,
      width: 0.15,
      height: 0.19,
    }),
  ]);
  const [coffee, rocket, flower] = await Promise.all([
    photo('bench/vision/portraits/coffee.jpg'),
    photo('bench/vision/portraits/rocket.jpg'),
    photo('examples/photos/product.jpg'),
  ]);
  const grounds = { coffee, rocket, flower };
  const withFaces = portraits.flatMap((portrait, at) => {
    const others = [...portraits.slice(at + 1), ...portraits.slice(0, at)];
    return [
      ...moved(portrait),
      ...scaled(portrait, at % 2 === 0 ? coffee : rocket),
      ...turned(portrait),
      ...onProducts(portrait, grounds),
      ...atTheBorder(portrait),
      ...groups(portrait, others),
    ];
  });
  return [...(await Promise.all([...withFaces, ...withoutFaces(grounds)])), ...(await photographsOfPeople())];
}

const plain = { width: 1200, height: 600, ground: '#c9c2b8' };

const moved = (portrait: Portrait) =>
  [0, 300, 688].flatMap((at) => [
    compose('moved', `${portrait.name} at ${at}`, plain, [placed(portrait, 512, at, 88)]),
    compose('moved', `${portrait.name} down ${at}`, { width: 600, height: 1200, ground: '#e9e9ee' }, [
      placed(portrait, 512, 44, at),
    ]),
  ]);

const scaled = (portrait: Portrait, ground: Buffer) =>
  (
    [
      [400, 60, 300],
      [260, 1200, 500],
      [170, 800, 80],
    ] as const
  ).map(([height, left, top]) =>
    compose('scaled', `${portrait.name} ${height} px`, { width: 1600, height: 900, ground }, [
      placed(portrait, height, left, top),
    ]),
  );

/** By hand, and by the EXIF orientation of a phone. */
const turned = (portrait: Portrait) => [
  ...[-15, 15, 30].map((degrees) =>
    compose('rotated', `${portrait.name} by ${degrees}°`, plain, [
      { ...placed(portrait, 400, degrees < 0 ? 20 : 640, 20), turned: degrees },
    ]),
  ),
  ...[3, 6, 8].map((orientation) =>
    compose('phone', `${portrait.name}, orientation ${orientation}`, { ...plain, orientation }, [
      placed(portrait, 512, orientation * 80, 88),
    ]),
  ),
];

const onProducts = (portrait: Portrait, { coffee, flower }: Grounds) =>
  Object.entries({ coffee, flower }).map(([name, ground]) =>
    compose('on a product', `${portrait.name} on ${name}`, { width: 1200, height: 800, ground }, [
      placed(portrait, 230, 880, 120),
    ]),
  );

/** The portrait goes beyond the canvas: the face itself is whole, beside the border. */
function atTheBorder(portrait: Portrait) {
  const { left, width } = portrait.face;
  return [
    compose('at the border', `${portrait.name} left`, plain, [placed(portrait, 512, 4 - Math.round(left * 512), 88)]),
    compose('at the border', `${portrait.name} right`, plain, [
      placed(portrait, 512, 1196 - Math.round((left + width) * 512), 88),
    ]),
  ];
}

function groups(portrait: Portrait, [second = portrait, third = portrait]: readonly Portrait[]) {
  const wide = { width: 1800, height: 600, ground: '#b7c4c9' };
  return [
    compose('group', `${portrait.name} and one`, wide, [
      placed(portrait, 512, 100, 88),
      placed(second, 128, 1300, 200),
    ]),
    compose('group', `${portrait.name} and two`, wide, [
      placed(portrait, 512, 640, 88),
      placed(second, 100, 60, 200),
      placed(third, 100, 1500, 200),
    ]),
  ];
}

const withoutFaces = (grounds: Grounds) => [
  ...Object.entries(grounds).map(async ([name, bytes]): Promise<Labelled> => {
    const { width, height } = await sharp(bytes).metadata();
    return { kind: 'no face', name, bytes, upright: { width, height }, faces: [] };
  }),
  compose('no face', 'plain', { ...plain, ground: '#808080' }, []),
];

const placed = (portrait: Portrait, height: number, left: number, top: number): Placed => ({
  portrait,
  height,
  left,
  top,
});

async function portraitOf(name: string, path: string, face: Box): Promise<Portrait> {
  const pixels = await sharp(await photo(path))
    .resize(SIDE, SIDE, { fit: 'cover', position: 'top' })
    .toColourspace('srgb')
    .png()
    .toBuffer();
  return { name, pixels, face };
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  /** A colour, or a photograph that covers the canvas. */
  readonly ground: string | Buffer;
  /** Of the file, by EXIF: the pixels are turned so that the upright picture stays the same. */
  readonly orientation?: number;
}

/** EXIF orientation to the degrees by which the pixels are turned before they are stored. */
const storedTurn: Record<number, number> = { 1: 0, 3: 180, 6: 270, 8: 90 };

async function compose(kind: string, name: string, canvas: Canvas, placings: readonly Placed[]): Promise<Labelled> {
  const { width, height, ground, orientation = 1 } = canvas;
  const base =
    typeof ground === 'string'
      ? sharp({ create: { width, height, channels: 3, background: ground } })
      : sharp(ground).resize(width, height, { fit: 'cover' });
  const layers = await Promise.all(placings.map((each) => layerOf(each, canvas)));
  const upright = await base
    .composite(layers.map(({ overlay }) => overlay))
    .png()
    .toBuffer();
  const bytes = await sharp(upright)
    .rotate(storedTurn[orientation] ?? 0)
    .withMetadata({ orientation })
    .jpeg({ quality: 88 })
    .toBuffer();
  return { kind, name, bytes, upright: { width, height }, faces: layers.map(({ face }) => face) };
}

async function layerOf({ portrait, height, left, top, turned = 0 }: Placed, canvas: Canvas) {
  const whole = await sharp(portrait.pixels)
    .resize(height, height)
    .ensureAlpha()
    .rotate(turned, { background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer({ resolveWithObject: true });
  const side = whole.info.width;
  // What is beyond the canvas cannot be composited.
  const [fromLeft, fromTop] = [Math.max(0, -left), Math.max(0, -top)];
  const input = await sharp(whole.data)
    .extract({
      left: fromLeft,
      top: fromTop,
      width: Math.min(side - fromLeft, canvas.width - Math.max(0, left)),
      height: Math.min(whole.info.height - fromTop, canvas.height - Math.max(0, top)),
    })
    .toBuffer();
  const overlay: OverlayOptions = { input, left: Math.max(0, left), top: Math.max(0, top) };
  return { overlay, face: turnedFace(portrait.face, { height, left, top, side, turned }) };
}

/** The box of a face in a portrait that was turned around its middle, and so grew to `side`. */
function turnedFace(face: Box, at: { height: number; left: number; top: number; side: number; turned: number }): Box {
  const angle = (at.turned * Math.PI) / 180;
  const corners = [0, 1].flatMap((right) =>
    [0, 1].map((bottom) => {
      const x = (face.left + right * face.width - 0.5) * at.height;
      const y = (face.top + bottom * face.height - 0.5) * at.height;
      return {
        x: at.left + at.side / 2 + x * Math.cos(angle) - y * Math.sin(angle),
        y: at.top + at.side / 2 + x * Math.sin(angle) + y * Math.cos(angle),
      };
    }),
  );
  const [left, top] = [Math.min(...corners.map(({ x }) => x)), Math.min(...corners.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...corners.map(({ x }) => x)), Math.max(...corners.map(({ y }) => y))];
  return { left, top, width: right - left, height: bottom - top };
}
