import { crc32, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { animation, createRandom, gradientPicture } from './test-support/pictures.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { renderOne } from './test-support/render.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
const random = createRandom(7);

describe('rejects files that are not images of an accepted format', () => {
  test.each<[string, string | Uint8Array]>([
    ['SVG', svg],
    [
      'SVG with an external entity',
      `<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg}`,
    ],
    ['SVG that loads an image', svg.replace('<rect', '<image href="http://127.0.0.1:1/x.png" /><rect')],
    ['compressed SVG', gzipSync(svg)],
    ['PDF', '%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n'],
    ['EPS', '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n%%EOF\n'],
    [
      'ImageMagick MVG',
      'push graphic-context\nviewbox 0 0 9 9\nfill \'url(https://x.test/"|id; ")\'\npop graphic-context\n',
    ],
    ['ImageMagick MSL', '<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/x"/></image>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['ZIP', Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\0\0'), Buffer.alloc(60), Buffer.from('photo.jpg')])],
    ['PPM', Buffer.concat([Buffer.from('P6\n2 2\n255\n'), Buffer.alloc(12)])],
    ['Radiance HDR', '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\x01\x01\x01\x01'],
    ['libvips’ own format', Buffer.concat([Buffer.of(0x08, 0xf2, 0xa6, 0xb6), Buffer.alloc(200, 1)])],
    ['one byte', Buffer.of(0xff)],
    ['noise', Buffer.from(Array.from({ length: 4096 }, () => random() * 256))],
    ['a HEIC without a picture', Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), Buffer.alloc(500)])],
  ])('%s', async (_case, bytes) => {
    expect(await inspectionOf(Buffer.from(bytes))).toBe('unsupported-format');
  });

  test('an empty file', async () => {
    expect(await inspectionOf(Buffer.alloc(0))).toBe('corrupt');
  });
});

describe('renditions of an image that is also a page or a script contain only the image', () => {
  const payload = '<script>alert(document.domain)</script>';

  test.each([
    ['JPEG followed by HTML', async () => Buffer.concat([await jpeg(), Buffer.from(payload)])],
    ['JPEG with HTML in a comment', async () => withComment(await jpeg(), payload)],
    ['GIF that is also JavaScript', async () => Buffer.concat([await gif(), Buffer.from(`*/=1;${payload}`)])],
    [
      'PNG followed by HTML',
      async () => Buffer.concat([await gradientPicture(40, 30).png().toBuffer(), Buffer.from(payload)]),
    ],
  ])('%s', async (_case, source) => {
    const bytes = await source();
    expect(bytes.includes('<script')).toBe(true);
    for (const format of ['avif', 'webp', 'jpeg', 'png']) {
      const { data } = await renderOne(bytes, { format });
      expect(Buffer.from(data).includes('script'), format).toBe(false);
      expect(Buffer.from(data).includes('alert'), format).toBe(false);
    }
  });

  const jpeg = () => gradientPicture(40, 30).jpeg().toBuffer();
  const gif = () => gradientPicture(40, 30).gif().toBuffer();
  const withComment = (bytes: Buffer, text: string) =>
    Buffer.concat([
      bytes.subarray(0, 2),
      Buffer.of(0xff, 0xfe, 0, text.length + 2),
      Buffer.from(text),
      bytes.subarray(2),
    ]);
});

describe('a header that claims too much is rejected before any pixel is decoded', () => {
  test.each([
    ['a PNG of 65,536×65,536', () => claimingPng(65_536, 65_536)],
    ['a PNG with a side over the limit', () => claimingPng(70_000, 1)],
    ['a JPEG of 300 megapixels', () => claimingJpeg(20_000, 15_000)],
    ['a JPEG of 65,535×65,535', () => claimingJpeg(65_535, 65_535)],
    ['an AVIF of 60,000×60,000', () => claimingAvif(60_000, 60_000)],
  ])('%s', async (_case, source) => {
    const bytes = await source();
    await outcomeOf(await gradientPicture(64, 64).png().toBuffer());
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 20; i++) expect(await inspectionOf(bytes)).toBe('too-many-pixels');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('an animation with too many frames, or too many pixels in all frames together', async () => {
    const frames = [10, 90, 170].map((level) => ({ colour: [level, 0, 0] as const, delayMs: 40 }));
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await animation(50, 40, frames, format);
      expect(await inspectionOf(bytes, { limits: { framesMax: 2 } })).toBe('too-many-frames');
      expect(await inspectionOf(bytes, { limits: { framesMax: 3 } })).toBe('rendered');
      expect(await inspectionOf(bytes, { limits: { pixelsMax: 5_999 } })).toBe('too-many-pixels');
      expect(await inspectionOf(bytes, { limits: { pixelsMax: 6_000 } })).toBe('rendered');
    }
  });

  test('a side over the limit, in either orientation', async () => {
    const bytes = await gradientPicture(64, 20).png().toBuffer();
    for (const source of [bytes, await sharp(bytes).rotate(90).png().toBuffer()]) {
      expect(await inspectionOf(source, { limits: { sideMax: 63 } })).toBe('too-many-pixels');
      expect(await inspectionOf(source, { limits: { sideMax: 64 } })).toBe('rendered');
    }
  });

  test('a file larger than the limit', async () => {
    const bytes = await gradientPicture(64, 64).png().toBuffer();
    expect(await inspectionOf(bytes, { limits: { bytesMax: bytes.length - 1 } })).toBe('too-many-bytes');
    expect(await inspectionOf(bytes, { limits: { bytesMax: bytes.length } })).toBe('rendered');
  });
});

test('rejects an image of another type than declared', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
    const bytes = await sharp(await gradientPicture(32, 32).png().toBuffer())
      .toFormat(format)
      .toBuffer();
    expect(await inspectionOf(bytes, {}, `image/${format}`), format).toBe('rendered');
    const other = format === 'jpeg' ? 'image/png' : 'image/jpeg';
    expect(await inspectionOf(bytes, {}, other), format).toBe('type-mismatch');
  }
});

async function claimingPng(width: number, height: number): Promise<Buffer> {
  const png = await gradientPicture(64, 64).png().toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

async function claimingJpeg(width: number, height: number): Promise<Buffer> {
  const jpeg = await gradientPicture(64, 64).jpeg().toBuffer();
  const frameHeader = jpeg.indexOf(Buffer.of(0xff, 0xc0));
  jpeg.writeUInt16BE(height, frameHeader + 5);
  jpeg.writeUInt16BE(width, frameHeader + 7);
  return jpeg;
}

async function claimingAvif(width: number, height: number): Promise<Buffer> {
  const avif = await gradientPicture(64, 64).avif({ effort: 0 }).toBuffer();
  const extents = avif.indexOf('ispe');
  avif.writeUInt32BE(width, extents + 8);
  avif.writeUInt32BE(height, extents + 12);
  return avif;
}
