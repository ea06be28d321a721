import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { blockOtherLoaders } from './loaders.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { losslessJpeg } from './test-support/lossless-jpeg.ts';
import { cornerColours, cornerPicture, gradientPicture, type Rgb } from './test-support/pictures.ts';
import { inspectionOf } from './test-support/rejection.ts';
import { metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { ultraHdrOf } from './test-support/ultra-hdr.ts';

/** A corner picture of 32×16, encoded with libjpeg-turbo 2.1.5: `cjpeg -quality 90 -sample 1x1 -arithmetic [-progressive]`. */
const arithmeticCoded = {
  sequential:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/yQARCAAQACADAREAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/ANH057/ayZZ3OQssB79jwT5SCDpNfCj/2Q==',
  progressive:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/ygARCAAQACADAREAAhEBAxEB/8wABgAQARD/2gAMAwEAAhADEAAAAf8AozbCTc25gD7DZZsq8/VhS0TxwP/MAAQQBf/aAAgBAQABBQLA/8wABBEF/9oACAEDAQE/AcD/zAAEEQX/2gAIAQIBAT8BwP/MAAQQBf/aAAgBAQAGPwLA/8wABBAF/9oACAEBAAE/IcD/2gAMAwEAAgADAAAAEP2WLv/MAAQRBf/aAAgBAwEBPxDA/8wABBEF/9oACAECAQE/EMD/zAAEEAX/2gAIAQEAAT8QwP/Z',
};

async function expectCorners(data: Uint8Array, colours: readonly Rgb[] = cornerColours, margin = 2) {
  const { rgb, width, height } = await pixelReader(data);
  const [right, bottom] = [width - 1 - margin, height - 1 - margin];
  const places = [
    [margin, margin],
    [right, margin],
    [margin, bottom],
    [right, bottom],
  ] as const;
  for (const [index, [x, y]] of places.entries()) {
    const expected = colours[index];
    expect(expected && colourDifference(rgb(x, y), expected), `corner ${index} of ${width}×${height}`).toBeLessThan(4);
  }
}

const corner = (width: number, height: number) => (x: number, y: number) =>
  cornerColours[(x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)] ?? [];

/** The same file, declared as another coding process with the same entropy coding. */
function withFrameMarker(jpeg: Buffer, marker: number): Buffer {
  const changed = Buffer.from(jpeg);
  changed.writeUInt8(marker, changed.indexOf(Buffer.of(0xff, 0xc0)) + 1);
  return changed;
}

describe('every coding process of JPEG shows the whole picture at every size', () => {
  const [width, height] = [160, 112];
  const quality = { quality: 95, chromaSubsampling: '4:4:4' } as const;
  const baseline = () => cornerPicture(width, height).jpeg(quality).toBuffer();
  const processes: [name: string, marker: number, source: () => Promise<Buffer> | Buffer][] = [
    ['baseline', 0xc0, baseline],
    ['extended sequential', 0xc1, async () => withFrameMarker(await baseline(), 0xc1)],
    [
      'progressive',
      0xc2,
      () =>
        cornerPicture(width, height)
          .jpeg({ ...quality, progressive: true })
          .toBuffer(),
    ],
    ['lossless', 0xc3, () => losslessJpeg(width, height, corner(width, height))],
    ['arithmetic', 0xc9, () => Buffer.from(arithmeticCoded.sequential, 'base64')],
    ['arithmetic, progressive', 0xca, () => Buffer.from(arithmeticCoded.progressive, 'base64')],
  ];

  test.each(processes)('%s', async (_name, marker, source) => {
    const bytes = await source();
    expect(bytes.indexOf(Buffer.of(0xff, marker))).toBeGreaterThan(0);
    const facts = await metadataOf(bytes);
    for (const shrink of [1, 1.5, 2, 2.5, 3, 4, 5, 8]) {
      const box = { width: Math.round(facts.width / shrink), height: Math.round(facts.height / shrink) };
      // In smaller ones, the corners blur into each other.
      if (box.height < 4) continue;
      const { data } = await renderOne(bytes, { ...box, format: 'png' });
      expect(Math.abs((await metadataOf(data)).width - box.width), `${shrink}`).toBeLessThan(2);
      await expectCorners(data, cornerColours, 0);
    }
  });

  test('lossless with a rotated orientation', async () => {
    const bytes = losslessJpeg(width, height, corner(width, height), 6);
    const set = variantSet({ width: 40, height: 40 }, { width: 20, height: 20, fit: 'cover' });
    const [topLeft, topRight, bottomLeft, bottomRight] = cornerColours;
    for (const { data } of await renderSet(bytes, set)) {
      await expectCorners(data, [bottomLeft, topLeft, bottomRight, topRight], 0);
    }
  });

  test.each([0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf])(
    'process %i, which has no decoder, is rejected as an unsupported format',
    async (marker) => {
      expect(await inspectionOf(withFrameMarker(await baseline(), marker))).toBe('unsupported-format');
    },
  );

  test('12 bits per channel are rejected as an unsupported format', async () => {
    const jpeg = withFrameMarker(await baseline(), 0xc1);
    jpeg.writeUInt8(12, jpeg.indexOf(Buffer.of(0xff, 0xc1)) + 4);
    expect(await inspectionOf(jpeg)).toBe('unsupported-format');
  });
});

describe('an Ultra HDR JPEG, or any other JPEG followed by a second picture,', () => {
  const standard = () => cornerPicture(120, 80).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  const gainMap = () => gradientPicture(30, 20).greyscale().jpeg().toBuffer();
  const ultraHdr = async () => ultraHdrOf(await standard(), await gainMap());

  test('is a valid fixture for libultrahdr', async () => {
    sharp.unblock({ operation: ['VipsForeignLoadUhdr'] });
    onTestFinished(() => blockOtherLoaders());
    const { gainMap: found, width, height } = await metadataOf(await ultraHdr());
    expect([width, height]).toEqual([120, 80]);
    expect(await metadataOf(found?.image ?? Buffer.of())).toMatchObject({ format: 'jpeg', width: 30, height: 20 });
  });

  test.each(['avif', 'webp', 'jpeg', 'png'])(
    'is rendered as its standard picture in %s, without gain map or XMP',
    async (format) => {
      const entry = { width: 60, height: 60, format, quality: 95 };
      const { data } = await renderOne(await ultraHdr(), entry);
      const facts = await metadataOf(data);
      expect([facts.width, facts.height]).toEqual([60, 40]);
      expect(facts.xmp).toBeUndefined();
      expect(facts.gainMap).toBeUndefined();
      await expectCorners(data);
      expect(Buffer.compare(Buffer.from(data), Buffer.from((await renderOne(await standard(), entry)).data))).toBe(0);
      for (const mark of ['MPF\0', 'hdrgm', 'GainMap', 'xmpmeta']) {
        expect(Buffer.from(data).includes(mark), mark).toBe(false);
      }
    },
  );

  test('loses all data after its end marker', async () => {
    const hidden = await gradientPicture(300, 200).jpeg().toBuffer();
    const bytes = Buffer.concat([await standard(), hidden, Buffer.from('a trailer of a phone')]);
    const entry = { width: 60, height: 60, format: 'jpeg' };
    const { data } = await renderOne(bytes, entry);
    expect(Buffer.compare(Buffer.from(data), Buffer.from((await renderOne(await standard(), entry)).data))).toBe(0);
    expect((await sharp(data).metadata()).width).toBe(60);
  });
});
