import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { cornerColours, cornerPicture, gradientPicture } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';
import { ultraHdrJpeg } from './test-support/ultra-hdr.ts';

/** Made of a corner picture of 32×16 by libjpeg-turbo 2.1.5: `cjpeg -quality 90 -sample 1x1 -arithmetic [-progressive]`. */
const arithmeticCoded = {
  sequential:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/yQARCAAQACADAREAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/ANH057/ayZZ3OQssB79jwT5SCDpNfCj/2Q==',
  progressive:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/ygARCAAQACADAREAAhEBAxEB/8wABgAQARD/2gAMAwEAAhADEAAAAf8AozbCTc25gD7DZZsq8/VhS0TxwP/MAAQQBf/aAAgBAQABBQLA/8wABBEF/9oACAEDAQE/AcD/zAAEEQX/2gAIAQIBAT8BwP/MAAQQBf/aAAgBAQAGPwLA/8wABBAF/9oACAEBAAE/IcD/2gAMAwEAAgADAAAAEP2WLv/MAAQRBf/aAAgBAwEBPxDA/8wABBEF/9oACAECAQE/EMD/zAAEEAX/2gAIAQEAAT8QwP/Z',
};

async function expectCorners(data: Uint8Array) {
  const { rgb, width, height } = await pixelReader(data);
  const places = [
    [2, 2],
    [width - 3, 2],
    [2, height - 3],
    [width - 3, height - 3],
  ] as const;
  for (const [index, [x, y]] of places.entries()) {
    const expected = cornerColours[index];
    expect(expected && colourDifference(rgb(x, y), expected), `corner ${index}`).toBeLessThan(4);
  }
}

describe('a JPEG that is coded arithmetically comes out like any other', () => {
  test.each(Object.entries(arithmeticCoded))('%s', async (_kind, base64) => {
    const bytes = Buffer.from(base64, 'base64');
    const { data, width, height } = await renderOne(bytes, { width: 32, height: 32 });
    expect([width, height]).toEqual([32, 16]);
    await expectCorners(data);
  });
});

describe('an Ultra HDR JPEG, and any other with a second picture behind it,', () => {
  const standard = () => cornerPicture(120, 80).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  const gainMap = () => gradientPicture(30, 20).greyscale().jpeg().toBuffer();
  const ultraHdr = async () => ultraHdrJpeg(await standard(), await gainMap());

  test('is one in the fixture, as libultrahdr reads it', async () => {
    sharp.unblock({ operation: ['VipsForeignLoadUhdr'] });
    const { gainMap: found, width, height } = await metadataOf(await ultraHdr());
    expect([width, height]).toEqual([120, 80]);
    expect(await metadataOf(found?.image ?? Buffer.of())).toMatchObject({ format: 'jpeg', width: 30, height: 20 });
  });

  test.each(['avif', 'webp', 'jpeg', 'png'])(
    'is its standard picture in %s, without gain map or XMP',
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

  test('keeps nothing of what stands behind its end', async () => {
    const hidden = await gradientPicture(300, 200).jpeg().toBuffer();
    const bytes = Buffer.concat([await standard(), hidden, Buffer.from('a trailer of a phone')]);
    const entry = { width: 60, height: 60, format: 'jpeg' };
    const { data } = await renderOne(bytes, entry);
    expect(Buffer.compare(Buffer.from(data), Buffer.from((await renderOne(await standard(), entry)).data))).toBe(0);
    expect((await sharp(data).metadata()).width).toBe(60);
  });
});
