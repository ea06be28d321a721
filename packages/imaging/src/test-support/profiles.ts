type Xyz = readonly [number, number, number];

/** An RGB space: its gamma, and its primaries for D50, the white point of ICC profiles. */
interface RgbSpace {
  readonly red: Xyz;
  readonly green: Xyz;
  readonly blue: Xyz;
  readonly gamma: number;
}

const srgbPrimaries = {
  red: [0.4361, 0.2225, 0.0139],
  green: [0.3851, 0.7169, 0.0971],
  blue: [0.1431, 0.0606, 0.7141],
} as const;

/** By colorjs' name of the same space in linear light. */
export const rgbSpaces = {
  'srgb-linear': { ...srgbPrimaries, gamma: 1 },
  'p3-linear': {
    red: [0.5151, 0.2412, -0.0011],
    green: [0.292, 0.6922, 0.0419],
    blue: [0.1571, 0.0666, 0.7841],
    gamma: 2.2,
  },
  'a98rgb-linear': {
    red: [0.60974, 0.31111, 0.01947],
    green: [0.20528, 0.62567, 0.06087],
    blue: [0.14919, 0.06322, 0.74457],
    gamma: 563 / 256,
  },
  'prophoto-linear': {
    red: [0.7977, 0.288, 0],
    green: [0.1352, 0.7119, 0],
    blue: [0.0313, 0.0001, 0.8249],
    gamma: 1.8,
  },
} as const satisfies Record<string, RgbSpace>;
export type RgbSpaceName = keyof typeof rgbSpaces;

/** https://www.color.org/specification/ICC.1-2022-05.pdf */
/** @param further tags */
export function rgbProfile(name: RgbSpaceName, further: readonly Tag[] = []): Buffer {
  const { red, green, blue, gamma } = rgbSpaces[name];
  const curve = gammaTag(gamma);
  return profile('RGB ', [
    ['rXYZ', xyzTag(...red)],
    ['gXYZ', xyzTag(...green)],
    ['bXYZ', xyzTag(...blue)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
    ...further,
  ]);
}

export const greyProfile = (gamma: number): Buffer => profile('GRAY', [['kTRC', gammaTag(gamma)]]);

export type Tag = readonly [name: string, data: Buffer];

function profile(space: 'RGB ' | 'GRAY', tags: readonly Tag[]): Buffer {
  const all: readonly Tag[] = [['wtpt', xyzTag(0.9642, 1, 0.8249)], ...tags];
  const table = Buffer.alloc(4 + 12 * all.length);
  table.writeUInt32BE(all.length);
  let offset = 128 + table.length;
  for (const [index, [name, data]] of all.entries()) {
    table.write(name, 4 + 12 * index, 'latin1');
    table.writeUInt32BE(offset, 8 + 12 * index);
    table.writeUInt32BE(data.length, 12 + 12 * index);
    offset += data.length;
  }
  return Buffer.concat([header(space, offset), table, ...all.map(([, data]) => data)]);
}

function header(space: string, length: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32BE(length);
  bytes.writeUInt32BE(0x02_10_00_00, 8);
  bytes.write(`mntr${space}XYZ `, 12, 'latin1');
  bytes.write('acsp', 36, 'latin1');
  xyzTag(0.9642, 1, 0.8249).copy(bytes, 68, 8);
  return bytes;
}

function xyzTag(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + 4 * values.length);
  bytes.write('XYZ ', 'latin1');
  for (const [index, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index);
  return bytes;
}

function gammaTag(value: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write('curv', 'latin1');
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt16BE(Math.round(value * 256), 12);
  return bytes;
}
