import { uint16, uint32 } from './little-endian.ts';

/** The pixel format of a TIFF: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export interface TiffPixels {
  /** 1 is grey, 2 RGB, 5 CMYK, 8 CIE Lab. */
  readonly photometric: 1 | 2 | 5 | 8;
  readonly bits: 8 | 16 | 32;
  /** 1 is unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat?: 1 | 2 | 3;
  /** Channels of one pixel; all pixels are the same. */
  readonly samples: readonly number[];
}

const colours = { 1: 1, 2: 3, 5: 4, 8: 3 } as const;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

/** An uncompressed TIFF of one plain colour, in any pixel format, with any text tags and profile; sharp cannot write all of them. */
export function plainTiff(
  width: number,
  height: number,
  pixels: TiffPixels,
  texts: Readonly<Record<number, string | Buffer>> = {},
  profile: Buffer = Buffer.of(),
): Buffer {
  const { photometric, bits, sampleFormat = 1, samples } = pixels;
  const pixel = Buffer.concat(samples.map((sample) => sampleBytes(sample, bits, sampleFormat)));
  const data = Buffer.alloc(width * height * pixel.length, pixel);
  const perSample = (value: number) => samples.map(() => value);
  const extra = samples.length - colours[photometric];
  const tags: (readonly [tag: number, type: number, values: readonly number[]])[] = [
    [256, SHORT, [width]],
    [257, SHORT, [height]],
    [258, SHORT, perSample(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [photometric]],
    [273, LONG, [8]],
    [277, SHORT, [samples.length]],
    [278, SHORT, [height]],
    [279, LONG, [data.length]],
    [338, SHORT, Array.from({ length: extra }, () => 0)],
    [339, SHORT, perSample(sampleFormat)],
    [34_675, UNDEFINED, [...profile]],
    ...Object.entries(texts).map(([tag, text]) => [Number(tag), ASCII, [...Buffer.from(text), 0]] as const),
  ];
  const directory = directoryOf(
    tags.filter(([, , values]) => values.length > 0).sort(([one], [other]) => one - other),
    8 + data.length,
  );
  return Buffer.concat([Buffer.from('II*\0'), uint32(8 + data.length), data, directory]);
}

function directoryOf(tags: readonly (readonly [number, number, readonly number[]])[], offset: number): Buffer {
  const entries: Buffer[] = [uint16(tags.length)];
  const long: Buffer[] = [];
  let longOffset = offset + 2 + 12 * tags.length + 4;
  for (const [tag, type, values] of tags) {
    const packed = Buffer.concat(values.map((value) => valueBytes(value, type)));
    const inPlace = packed.length <= 4;
    const where = inPlace ? Buffer.concat([packed, Buffer.alloc(4 - packed.length)]) : uint32(longOffset);
    entries.push(uint16(tag), uint16(type), uint32(values.length), where);
    if (inPlace) continue;
    long.push(packed);
    longOffset += packed.length;
  }
  return Buffer.concat([...entries, uint32(0), ...long]);
}

function valueBytes(value: number, type: number): Buffer {
  if (type === ASCII || type === UNDEFINED) return Buffer.of(value);
  return type === SHORT ? uint16(value) : uint32(value);
}

function sampleBytes(value: number, bits: 8 | 16 | 32, sampleFormat: 1 | 2 | 3): Buffer {
  const bytes = Buffer.alloc(bits / 8);
  if (sampleFormat === 3) bytes.writeFloatLE(value);
  else if (sampleFormat === 2) bytes.writeIntLE(value, 0, bytes.length);
  else bytes.writeUIntLE(value, 0, bytes.length);
  return bytes;
}
