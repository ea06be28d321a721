import { readFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { avifFile, codedColour } from './test-support/avif.ts';
import { gridHeic, heicSample } from './test-support/heic.ts';
import { segment } from './test-support/jpeg-parts.ts';
import { jxlSample } from './test-support/jxl.ts';
import { uint16, uint32 } from './test-support/little-endian.ts';
import { animation, gradientPicture } from './test-support/pictures.ts';
import { cicp, gama, patchesPng, pngChunk } from './test-support/png.ts';
import { rgbProfile } from './test-support/profiles.ts';
import { engineOf } from './test-support/render.ts';
import { plainTiff } from './test-support/tiff.ts';
import { ultraHdrOf } from './test-support/ultra-hdr.ts';
import { xmpPacket } from './test-support/xmp.ts';

const photograph = await readFile(new URL('../../../examples/photos/avatar.jpg', import.meta.url));
const small = () => sharp(photograph).resize(64);
const inspect = async (bytes: Uint8Array) => (await engineOf()).inspect(bytes);

const gps = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
const xmpLatitude = '<exif:GPSLatitude xmlns:exif="http://ns.adobe.com/exif/1.0/">51,30.5N</exif:GPSLatitude>';

const HEADER_BYTES = 33;
const afterHeader = (png: Buffer, chunk: Buffer) =>
  Buffer.concat([png.subarray(0, HEADER_BYTES), chunk, png.subarray(HEADER_BYTES)]);

type Nclx = { readonly primaries: number; readonly transfer: number };
const avifOf = async (nclx: Nclx) =>
  avifFile({ colour: await codedColour(patchesPng([[51_400, 25_700, 12_850]], 16), 10), nclx });
const heicOf = (nclx: Nclx) => gridHeic({ columns: 1, rows: 1, nclx });

/** The header of a JPEG XL of 64 × 64 pixels: ISO/IEC 18181-1, annex D. Its numbers start with their lowest bit. */
function jxlHeader({ primaries, transfer }: Nclx): Buffer {
  const bits = (value: number, count: number) => Array.from({ length: count }, (_, bit) => (value >> bit) & 1);
  const enumeration = (value: number) => {
    if (value < 2) return bits(value, 2);
    return value < 18 ? [...bits(2, 2), ...bits(value - 2, 4)] : [...bits(3, 2), ...bits(value - 18, 6)];
  };
  const D65 = 1;
  const all = [
    ...[1, ...bits(7, 5), ...bits(1, 3)],
    // No defaults, no extra fields, 8 bits, small buffers, no extra channels, not XYB.
    ...[0, 0, 0, 0, 0, 1, 0, 0, 0],
    // No defaults, no profile, RGB.
    ...[0, 0, 0, 0],
    ...[...enumeration(D65), ...enumeration(primaries), 0, ...enumeration(transfer)],
  ];
  const bytes = Buffer.alloc(64);
  for (const [at, bit] of all.entries()) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
  return Buffer.concat([Buffer.of(0xff, 0x0a), bytes]);
}

/** The TIFF with a GPS directory, which has only a latitude. */
function withLatitude(tiff: Buffer): Buffer {
  const [LONG, RATIONAL] = [4, 5];
  const entry = (tag: number, type: number, count: number, value: number) =>
    Buffer.concat([uint16(tag), uint16(type), uint32(count), uint32(value)]);
  const directoryAt = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(directoryAt);
  const entries = tiff.subarray(directoryAt + 2, directoryAt + 2 + 12 * count);
  const gpsAt = tiff.length + 2 + 12 * (count + 1) + 4;
  const directory = Buffer.concat([uint16(count + 1), entries, entry(0x8825, LONG, 1, gpsAt), uint32(0)]);
  const gpsDirectory = Buffer.concat([uint16(1), entry(2, RATIONAL, 3, gpsAt + 18), uint32(0)]);
  const latitude = Buffer.concat([51, 1, 30, 1, 3230, 100].map(uint32));
  const located = Buffer.concat([tiff, directory, gpsDirectory, latitude]);
  located.writeUInt32LE(tiff.length, 4);
  return located;
}

describe('the location of a photograph', () => {
  test.each([
    ['EXIF of a jpeg', () => small().withExif(gps).jpeg()],
    ['EXIF of a png', () => small().withExif(gps).png()],
    ['EXIF of a webp', () => small().withExif(gps).webp()],
    ['EXIF of an avif', () => small().withExif(gps).avif({ effort: 0 })],
    ['XMP of a jpeg', () => small().withXmp(xmpPacket(xmpLatitude)).jpeg()],
    ['XMP of a png', () => small().withXmp(xmpPacket(xmpLatitude)).png()],
    ['XMP of a webp', () => small().withXmp(xmpPacket(xmpLatitude)).webp()],
    ['XMP of an avif', () => small().withXmp(xmpPacket(xmpLatitude)).avif({ effort: 0 })],
    ['XMP of a tiff', () => small().withXmp(xmpPacket(xmpLatitude)).tiff()],
  ])('is found in the %s', async (_where, picture) => {
    expect(await inspect(await picture().toBuffer())).toHaveProperty('hasLocation', true);
  });

  test('is found in the directories of a tiff, which are its EXIF', async () => {
    const plain = plainTiff(8, 8, { photometric: 2, bits: 8, samples: [1, 2, 3] });
    expect(await inspect(plain)).not.toHaveProperty('hasLocation');
    expect(await inspect(withLatitude(plain))).toHaveProperty('hasLocation', true);
  });

  test('is found in the EXIF of a heic', async () => {
    expect(await inspect(await heicSample('exif'))).toHaveProperty('hasLocation', true);
  });

  test.each([
    ['nothing', () => small().jpeg()],
    [
      'EXIF without a position',
      () =>
        small()
          .withExif({ IFD0: { Artist: 'GPSLatitude' } })
          .jpeg(),
    ],
    [
      'an empty position',
      () =>
        small()
          .withExif({ IFD3: { GPSLatitude: '0/0 0/0 0/0' } })
          .jpeg(),
    ],
    [
      'the version of a GPS directory',
      () =>
        small()
          .withExif({ IFD3: { GPSVersionID: '2 3 0 0' } })
          .jpeg(),
    ],
  ])('is not found in %s', async (_where, picture) => {
    expect(await inspect(await picture().toBuffer())).not.toHaveProperty('hasLocation');
  });

  test('is not read beyond the end of a damaged EXIF block', async () => {
    const block = Buffer.from('Exif\0\0II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\xff\xff\xff\x7f', 'latin1');
    const jpeg = await small().jpeg().toBuffer();
    const damaged = Buffer.concat([jpeg.subarray(0, 2), segment(0xe1, block), jpeg.subarray(2)]);
    expect(await inspect(damaged)).not.toHaveProperty('hasLocation');
  });
});

describe('the location of a JPEG XL', () => {
  const box = (type: string, content: Buffer) => {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(8 + content.length, 0);
    header.write(type, 4, 'latin1');
    return Buffer.concat([header, content]);
  };
  const exifOf = async (image: Sharp) => (await sharp(await image.jpeg().toBuffer()).metadata()).exif as Buffer;
  /** The box starts with the number of bytes before the TIFF header. */
  const atStart = (exif: Buffer) => Buffer.concat([Buffer.alloc(4), exif.subarray(6)]);
  const behind = (exif: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, 6), exif]);
  const compressed = (type: string, content: Buffer) =>
    box('brob', Buffer.concat([Buffer.from(type, 'latin1'), brotliCompressSync(content)]));

  test.each<[string, (exif: Buffer) => Buffer]>([
    ['an Exif box', (exif) => box('Exif', atStart(exif))],
    ['an Exif box with an offset', (exif) => box('Exif', behind(exif))],
    ['a compressed Exif box', (exif) => compressed('Exif', atStart(exif))],
  ])('is found in %s', async (_where, boxOf) => {
    const jxl = await jxlSample('jpeg');
    expect(await inspect(jxl)).not.toHaveProperty('hasLocation');
    const located = Buffer.concat([jxl, boxOf(await exifOf(small().withExif(gps)))]);
    expect(await inspect(located)).toHaveProperty('hasLocation', true);
  });

  test.each<[string, Buffer]>([
    ['is empty', box('Exif', Buffer.alloc(0))],
    ['has an offset beyond its end', box('Exif', Buffer.of(0xff, 0xff, 0xff, 0xff, 1))],
    ['is not Brotli', box('brob', Buffer.from('Exif and no more'))],
  ])('is not found in an Exif box that %s', async (_how, damaged) => {
    expect(await inspect(Buffer.concat([await jxlSample('jpeg'), damaged]))).not.toHaveProperty('hasLocation');
  });
});

describe('the colour profile of a photograph', () => {
  test.each([
    ['Display P3, by its name', 'sP3C', () => small().withIccProfile('p3').jpeg().toBuffer()],
    ['Display P3 in a HEIC', 'sP3C', () => heicSample('p3')],
    ['Display P3 by the code points of an AVIF', 'Display P3', () => avifOf({ primaries: 12, transfer: 13 })],
    [
      'linear light by the gamma of a PNG',
      'sRGB primaries, other curve',
      () => patchesPng([[200, 100, 50]], 8, [gama(1)]),
    ],
    ['Display P3 by the code points of a HEIC', 'Display P3', () => heicOf({ primaries: 12, transfer: 13 })],
    ['a profile in a JPEG XL, which is compressed', 'unnamed', () => jxlSample('p3')],
    ['Display P3 in a JPEG XL', 'Display P3', () => jxlHeader({ primaries: 11, transfer: 13 })],
    ['BT.2020 in a JPEG XL', 'Rec. 2020', () => jxlHeader({ primaries: 9, transfer: 1 })],
    ['CMYK', expect.stringMatching(/\w/), () => small().toColourspace('cmyk').jpeg().toBuffer()],
    ['Adobe RGB without a name', 'unnamed', () => withProfile(rgbProfile('a98rgb-linear'))],
    ['linear light', 'unnamed', () => withProfile(rgbProfile('srgb-linear'))],
  ])('is found: %s', async (_which, colourProfile, picture) => {
    expect(await inspect(await picture())).toHaveProperty('colourProfile', colourProfile);
  });

  test.each([
    ['no profile', () => small().jpeg().toBuffer()],
    ['sRGB', () => small().withIccProfile('srgb').jpeg().toBuffer()],
    ['no profile, in a JPEG XL', () => jxlSample('plain')],
    ['no profile, in a JPEG XL with loss', () => jxlSample('lossy')],
    ['no profile, in a JPEG XL of 16 bits', () => jxlSample('deep')],
    ['no profile, in a grey JPEG XL', () => jxlSample('grey')],
    ['no profile, in grey', () => small().greyscale().jpeg().toBuffer()],
    ['damaged bytes', () => withProfile(Buffer.alloc(200))],
  ])('is not found: %s', async (_which, picture) => {
    expect(await inspect(await picture())).not.toHaveProperty('colourProfile');
  });

  async function withProfile(icc: Buffer): Promise<Buffer> {
    const jpeg = await small().jpeg().toBuffer();
    const head = Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1');
    return Buffer.concat([jpeg.subarray(0, 2), segment(0xe2, Buffer.concat([head, icc])), jpeg.subarray(2)]);
  }
});

describe('an HDR picture', () => {
  test('with a gain map is found', async () => {
    const [standard, map] = [await small().jpeg().toBuffer(), await gradientPicture(16, 16).jpeg().toBuffer()];
    expect(await inspect(ultraHdrOf(standard, map))).toHaveProperty('hdr', 'gain-map');
  });

  test.each([
    [16, 'pq'],
    [18, 'hlg'],
  ])('with the transfer function %i is %s', async (transfer, hdr) => {
    const png = await small().png().toBuffer();
    expect(await inspect(afterHeader(png, cicp(9, transfer)))).toMatchObject({ hdr, colourProfile: 'Rec. 2020' });
    const colour = { primaries: 9, transfer };
    for (const file of [await avifOf(colour), await heicOf(colour), jxlHeader(colour)])
      expect(await inspect(file)).toMatchObject({ hdr, colourProfile: 'Rec. 2020' });
  });

  test('with a gain map is found in a heic', async () => {
    const withMap = await gridHeic({ columns: 1, rows: 1, extras: true });
    expect(await inspect(withMap)).toHaveProperty('hdr', 'gain-map');
    expect(await inspect(await gridHeic({ columns: 1, rows: 1 }))).not.toHaveProperty('hdr');
  });

  test.each([
    ['jpeg', () => small().jpeg()],
    ['avif', () => small().avif({ effort: 0 })],
  ])('is not found in a usual %s', async (_format, picture) => {
    expect(await inspect(await picture().toBuffer())).not.toHaveProperty('hdr');
  });
});

describe('an animation', () => {
  const frames = [
    { colour: [1, 2, 3], delayMs: 50 },
    { colour: [200, 9, 9], delayMs: 50 },
  ] as const;

  test.each(['gif', 'webp'] as const)('is found in a %s', async (format) => {
    expect(await inspect(await animation(8, 8, frames, format))).toHaveProperty('isAnimated', true);
  });

  test('is found in a png with frames', async () => {
    const control = Buffer.alloc(8);
    control.writeUInt32BE(2);
    const png = afterHeader(await small().png().toBuffer(), pngChunk('acTL', control));
    expect(await inspect(png)).toMatchObject({ isAnimated: true, frames: 1 });
  });

  const MAJOR_BRAND_AT = 8;

  test.each([
    ['avif', 'avis', () => small().avif({ effort: 0 }).toBuffer()],
    ['avif', 'msf1', () => small().avif({ effort: 0 }).toBuffer()],
    ['heic', 'hevc', () => heicSample('plain')],
    ['heic', 'msf1', () => heicSample('plain')],
  ])('is found in a %s with a sequence, of the brand %s', async (format, brand, still) => {
    const file = await still();
    expect(await inspect(file)).not.toHaveProperty('isAnimated');
    file.write(brand, MAJOR_BRAND_AT, 'latin1');
    expect(await inspect(file)).toMatchObject({ format, isAnimated: true });
  });

  test('is found in a jpeg xl, of which only the first frame is decoded', async () => {
    expect(await inspect(await jxlSample('moving'))).toMatchObject({ isAnimated: true, frames: 1 });
    expect(await inspect(await jxlSample('turned'))).not.toHaveProperty('isAnimated');
  });

  test('is not found in a still', async () => {
    for (const still of [small().png(), small().gif(), small().webp(), small().avif({ effort: 0 })]) {
      expect(await inspect(await still.toBuffer())).not.toHaveProperty('isAnimated');
    }
  });
});
