import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { writeXmp } from './marks/write-xmp.ts';
import { JSON_CONTENT, jumbf, MANIFEST_TEXT, withManifest } from './test-support/c2pa.ts';
import { heicSample } from './test-support/heic.ts';
import { iptcBlock, photoshopBlock } from './test-support/iptc.ts';
import { segment } from './test-support/jpeg-parts.ts';
import { jxlSample } from './test-support/jxl.ts';
import { animation, gradientPicture } from './test-support/pictures.ts';
import { engineOf, metadataOf, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { plainTiff } from './test-support/tiff.ts';
import { xmpPacket } from './test-support/xmp.ts';

const digitalSourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const place = 'Secret-Place-4711';
const packet = xmpPacket(
  `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 山田</rdf:li></rdf:Alt></dc:rights>
   <photoshop:Credit>Zoë’s agency</photoshop:Credit><photoshop:City>${place}</photoshop:City>
   <exif:GPSLatitude xmlns:exif="http://ns.adobe.com/exif/1.0/">51,30.5N</exif:GPSLatitude>`,
  `Iptc4xmpExt:DigitalSourceType="${digitalSourceType}" dc:source="${place}"`,
);
const exif = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
const marked = () => gradientPicture(40, 30).withXmp(packet).withExif(exif);

const sources = {
  jpeg: () => marked().jpeg().toBuffer(),
  png: () => marked().png().toBuffer(),
  webp: () => marked().webp().toBuffer(),
  tiff: () => marked().tiff().toBuffer(),
  avif: () => marked().avif({ effort: 0 }).toBuffer(),
};
const formats = ['avif', 'webp', 'jpeg', 'png'] as const;

const xmpOf = async (data: Uint8Array) => (await metadataOf(data)).xmp?.toString();

const inspect = async (bytes: Uint8Array) => (await engineOf()).inspect(bytes);

describe.each(Object.entries(sources))('the DigitalSourceType of a %s', (_format, source) => {
  test('is a fact of the source, and in every rendition, with nothing else of its metadata', async () => {
    const bytes = await source();
    expect((await inspect(bytes)).provenance).toEqual({ c2pa: false, digitalSourceType });
    for (const { data } of await renderSet(bytes, variantSet(...formats.map((format) => ({ format }))))) {
      expect(await xmpOf(data)).toBe(writeXmp({ digitalSourceType }));
      expect(await metadataOf(data)).not.toHaveProperty('exif');
      for (const text of ['GPS', place, 'agency', '山田']) expect(Buffer.from(data).includes(text)).toBe(false);
    }
  });

  test('is kept beside the texts that a variant asks for, in Unicode', async () => {
    for (const format of formats) {
      const { data } = await renderOne(await source(), { format, keepMetadata: ['copyright', 'credit', 'artist'] });
      const kept = { copyright: '© 山田', credit: 'Zoë’s agency', digitalSourceType };
      expect(await xmpOf(data)).toBe(writeXmp(kept));
      for (const text of ['GPS', place]) expect(Buffer.from(data).includes(text)).toBe(false);
    }
  });
});

test('a picture without a DigitalSourceType has no provenance, and no XMP in its renditions', async () => {
  const bytes = await gradientPicture(40, 30)
    .withXmp(xmpPacket('<photoshop:Credit>x</photoshop:Credit>'))
    .jpeg()
    .toBuffer();
  expect(await inspect(bytes)).not.toHaveProperty('provenance');
  for (const format of formats) expect(await xmpOf((await renderOne(bytes, { format })).data)).toBeUndefined();
});

test('every frame-keeping animation has it too', async () => {
  const frames = [10, 200].map((level) => ({ colour: [level, 9, 9] as const, delayMs: 50 }));
  const plain = await animation(40, 30, frames, 'webp');
  const source = await sharp(plain, { animated: true }).withXmp(packet).webp().toBuffer();
  const { data } = await renderOne(source, { format: 'webp', animated: true });
  expect(await metadataOf(data)).toMatchObject({ pages: 2 });
  expect(await xmpOf(data)).toBe(writeXmp({ digitalSourceType }));
});

describe('texts of a picture', () => {
  const all = { keepMetadata: ['artist', 'copyright', 'credit'] };
  const iptc = iptcBlock([
    [80, 'Zoë of IPTC'],
    [110, 'Credit of IPTC'],
    [116, '© IPTC'],
  ]);

  test('are taken from XMP first, then from IPTC, then from EXIF', async () => {
    const jpeg = await gradientPicture(40, 30)
      .withExif({ IFD0: { Artist: 'Artist of EXIF', Copyright: 'Copyright of EXIF' } })
      .withXmp(xmpPacket('<photoshop:Credit>Credit of XMP</photoshop:Credit>'))
      .jpeg()
      .toBuffer();
    const short = photoshopBlock(iptcBlock([[116, '© IPTC']]));
    const bytes = Buffer.concat([jpeg.subarray(0, 2), segment(0xed, short), jpeg.subarray(2)]);
    const { data } = await renderOne(bytes, { format: 'webp', ...all });
    expect(await xmpOf(data)).toBe(
      writeXmp({ artist: 'Artist of EXIF', copyright: '© IPTC', credit: 'Credit of XMP' }),
    );
  });

  test('are read from the IPTC block of a JPEG and of a TIFF', async () => {
    const jpeg = await gradientPicture(40, 30).jpeg().toBuffer();
    const withIptc = Buffer.concat([jpeg.subarray(0, 2), segment(0xed, photoshopBlock(iptc)), jpeg.subarray(2)]);
    const tiff = plainTiff(40, 30, { photometric: 2, bits: 8, samples: [9, 80, 200] }, { 33723: iptc });
    for (const bytes of [withIptc, tiff]) {
      const { data } = await renderOne(bytes, { format: 'jpeg', ...all });
      expect(await xmpOf(data)).toBe(
        writeXmp({ artist: 'Zoë of IPTC', copyright: '© IPTC', credit: 'Credit of IPTC' }),
      );
    }
  });
});

describe('a C2PA manifest', () => {
  const plain = {
    jpeg: () => gradientPicture(40, 30).jpeg().toBuffer(),
    png: () => gradientPicture(40, 30).png().toBuffer(),
    webp: () => gradientPicture(40, 30).webp().toBuffer(),
    avif: () => gradientPicture(40, 30).avif({ effort: 0 }).toBuffer(),
    gif: () => gradientPicture(40, 30).gif().toBuffer(),
    heic: () => heicSample('plain'),
    jxl: () => jxlSample('plain'),
  };

  test.each(Object.keys(plain) as (keyof typeof plain)[])(
    'of a %s is reported, and in no rendition',
    async (format) => {
      const bytes = withManifest[format](await plain[format]());
      expect(await inspect(await plain[format]())).not.toHaveProperty('provenance');
      expect((await inspect(bytes)).provenance).toEqual({ c2pa: true });
      const set = variantSet(...formats.map((format) => ({ format, keepMetadata: ['artist'] })));
      for (const { data } of await renderSet(bytes, set)) {
        for (const text of [MANIFEST_TEXT, 'jumb', 'c2pa', 'C2PA'])
          expect(Buffer.from(data).includes(text)).toBe(false);
        expect((await inspect(data)).provenance).toBeUndefined();
      }
    },
  );

  test('of a TIFF is reported', async () => {
    const tiff = plainTiff(40, 30, { photometric: 2, bits: 8, samples: [9, 80, 200] }, { 52545: jumbf() });
    expect((await inspect(tiff)).provenance).toEqual({ c2pa: true });
  });

  test('is reported beside a DigitalSourceType', async () => {
    const bytes = withManifest.jpeg(await sources.jpeg());
    expect((await inspect(bytes)).provenance).toEqual({ c2pa: true, digitalSourceType });
  });

  test('is not another JUMBF box, and not a truncated one', async () => {
    const jpeg = await plain.jpeg();
    for (const content of [jumbf(JSON_CONTENT), jumbf().subarray(0, 20), Buffer.of()]) {
      expect(await inspect(withManifest.jpeg(jpeg, content))).not.toHaveProperty('provenance');
    }
  });
});
