import { beforeAll, describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { cornerColours, cornerPicture } from './test-support/pictures.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { pixelReader, renderOne } from './test-support/render.ts';

let avif: Buffer;
beforeAll(async () => {
  avif = await cornerPicture(64, 48).avif({ effort: 0, quality: 90 }).toBuffer();
});

/** The same file with another major brand. */
function branded(brand: string): Buffer {
  const bytes = Buffer.from(avif);
  bytes.write(brand, 8, 'latin1');
  return bytes;
}

/** The same file with another codec declared for its picture. */
function coded(codec: string, brand: string): Buffer {
  const bytes = branded(brand);
  bytes.write(codec, bytes.indexOf('av01', bytes.indexOf('infe')), 'latin1');
  return bytes;
}

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...content]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length + 4);
  return Buffer.concat([size, body]);
}

const fileType = (...brands: string[]) =>
  box('ftyp', Buffer.from([brands[0], '\0\0\0\0', ...brands.slice(1)].join('')));

describe('a file with AV1 content', () => {
  // `avis` is an animation; its still picture is the first frame.
  test.each(['avif', 'mif1', 'avis', 'msf1', 'miaf', 'MA1A', 'heic'])('of the brand %s is rendered', async (brand) => {
    const bytes = branded(brand);
    expect(await inspectionOf(bytes, {}, 'image/avif')).toBe('rendered');
    const { data, width, height } = await renderOne(bytes, { format: 'png' });
    expect([width, height]).toEqual([64, 48]);
    const { rgb } = await pixelReader(data);
    expect(colourDifference(rgb(60, 2), cornerColours[1])).toBeLessThan(4);
    expect(colourDifference(rgb(2, 45), cornerColours[2])).toBeLessThan(4);
  });

  test.each(['mif1', 'avis'])('of the brand %s is rejected as damaged if it is incomplete', async (brand) => {
    const bytes = branded(brand);
    for (const part of [0.3, 0.6, 0.9, 0.98]) {
      expect(await outcomeOf(bytes.subarray(0, Math.floor(bytes.length * part))), `${part}`).toBe('corrupt');
    }
  });

  test('is not modified', async () => {
    const bytes = branded('mif1');
    await renderOne(bytes);
    expect(bytes.equals(branded('mif1'))).toBe(true);
  });
});

describe('a file of the same family with neither AV1 nor HEVC is an unsupported format:', () => {
  test.each(['avc1', 'jpeg', 'j2k1', 'unci', 'vvc1'])('%s', async (codec) => {
    expect(await inspectionOf(coded(codec, 'mif1'))).toBe('unsupported-format');
  });

  test.each(['heic', 'heix', 'hevc', 'heim', 'heis', 'hevm', 'hevs'])(
    'the brand %s, truncated after the first box',
    async (brand) => {
      expect(await inspectionOf(fileType(brand, 'mif1'))).toBe('unsupported-format');
      expect(await inspectionOf(fileType('mif1', brand))).toBe('unsupported-format');
    },
  );

  test.each(['avis', 'msf1', 'isom'])('a track without a still picture, of the brand %s', async (brand) => {
    expect(await inspectionOf(Buffer.concat([fileType(brand, brand), box('moov', Buffer.alloc(40))]))).toBe(
      'unsupported-format',
    );
  });
});

test('boxes with false sizes, deep nesting or endless repetition are rejected fast', async () => {
  const grid = Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 1, 0, 0), Buffer.from('grid\0')]);
  const loop = box(
    'meta',
    Buffer.alloc(4),
    box('pitm', Buffer.of(0, 0, 0, 0, 0, 1)),
    box('iinf', Buffer.of(0, 0, 0, 0, 0, 1), box('infe', grid)),
    box('iref', Buffer.alloc(4), box('dimg', Buffer.of(0, 1, 0, 1, 0, 1))),
  );
  const files = [
    Buffer.concat([fileType('mif1', 'avif'), loop]),
    Buffer.concat([fileType('mif1', 'avif'), Buffer.alloc(8 * 2 ** 20)]),
    Buffer.concat([fileType('mif1', 'avif'), ...Array.from({ length: 100_000 }, () => box('free'))]),
    Buffer.concat([fileType('mif1', 'avif'), Buffer.of(0, 0, 0, 1), Buffer.from('meta'), Buffer.alloc(8, 0xff)]),
    Buffer.concat([fileType('mif1', 'avif'), box('meta', Buffer.alloc(3))]),
  ];
  for (const bytes of files)
    expect(['corrupt', 'too-complex', 'unsupported-format']).toContain(await inspectionOf(bytes));
});
