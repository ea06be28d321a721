import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { animation, gradientPicture } from './test-support/pictures.ts';
import { metadataOf, renderOne } from './test-support/render.ts';

const secret = 'Secret-Place-4711';
const exif = {
  IFD0: { Artist: secret, Copyright: secret, ImageDescription: secret, Make: secret },
  IFD2: { UserComment: secret, BodySerialNumber: secret },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 3230/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 4366/100',
  },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${secret}"/></rdf:RDF></x:xmpmeta>`;

const loaded = () => gradientPicture(90, 60).withIccProfile('p3').withExif(exif).withXmp(xmp);
const sources = [
  ['JPEG', async () => withComment(withIptc(await loaded().jpeg().toBuffer()))],
  ['PNG', () => loaded().png().toBuffer()],
  ['WebP', () => loaded().webp().toBuffer()],
  ['TIFF', () => loaded().tiff({ compression: 'lzw' }).toBuffer()],
  ['AVIF', () => loaded().avif({ effort: 0 }).toBuffer()],
] as const;

describe.each(sources)('metadata of a %s', (name, source) => {
  test('is in the fixture', async () => {
    const bytes = await source();
    const facts = await metadataOf(bytes);
    expect(bytes.includes(secret)).toBe(true);
    expect(facts.icc).toBeDefined();
    expect(facts.xmp).toBeDefined();
    // libvips writes a TIFF's EXIF into its directory, and does not report it separately.
    if (name !== 'TIFF') expect(facts.exif).toBeDefined();
    if (name === 'JPEG') expect(facts.iptc).toBeDefined();
  });

  test.each([
    ['avif', {}],
    ['webp', {}],
    ['jpeg', {}],
    ['png', {}],
    ['png', { fit: 'cover', shape: 'circle' }],
  ])('is dropped in %s %o', async (format, entry) => {
    const { data } = await renderOne(await source(), { format, ...entry });
    const facts = await metadataOf(data);
    for (const kind of ['exif', 'xmp', 'xmpAsString', 'iptc', 'icc', 'tifftagPhotoshop', 'comments'] as const) {
      expect(facts[kind], kind).toBeUndefined();
    }
    expect(Buffer.from(data).includes('Secret')).toBe(false);
    for (const marker of [
      'Exif\0',
      'ICC_PROFILE',
      'iCCP',
      'eXIf',
      'iTXt',
      'tEXt',
      'photoshop',
      'Photoshop',
      'xmpmeta',
    ]) {
      expect(Buffer.from(data).includes(marker), marker).toBe(false);
    }
  });
});

test('an animated rendition contains no metadata of its source', async () => {
  const plain = await animation(
    40,
    30,
    [
      { colour: [1, 2, 3], delayMs: 50 },
      { colour: [9, 9, 9], delayMs: 50 },
    ],
    'webp',
  );
  const source = await sharp(plain, { animated: true }).withExif(exif).withXmp(xmp).webp().toBuffer();
  expect(source.includes(secret)).toBe(true);
  const { data } = await renderOne(source, { format: 'webp', animated: true });
  expect(await metadataOf(data)).toMatchObject({ pages: 2 });
  expect(Buffer.from(data).includes(secret)).toBe(false);
  expect(Buffer.from(data).includes('EXIF')).toBe(false);
});

/** Adds a Photoshop segment with an IPTC caption: https://www.iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf */
function withIptc(jpeg: Buffer): Buffer {
  const caption = Buffer.concat([Buffer.of(0x1c, 2, 120, 0, secret.length), Buffer.from(secret)]);
  const padding = Buffer.alloc(caption.length % 2);
  const resource = Buffer.concat([Buffer.from('8BIM\x04\x04\0\0', 'latin1'), uint32(caption.length), caption, padding]);
  return withSegment(jpeg, 0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), resource]));
}

const withComment = (jpeg: Buffer) => withSegment(jpeg, 0xfe, Buffer.from(secret));

function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
