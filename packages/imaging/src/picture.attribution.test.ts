import exifReader from 'exif-reader';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readExifTexts } from './marks/exif-texts.ts';
import { writeXmp } from './marks/write-xmp.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { leastThreadCpuMs } from './test-support/least-cpu.ts';
import { animation, cornerColours, cornerPicture, gradientPicture } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { plainTiff } from './test-support/tiff.ts';

const owner = { Copyright: '(C) 2026 Jane Doe (Berlin)', Artist: 'Jane Doe' };
const secret = 'Secret-Place-4711';
const exif = {
  // sharp strips a trailing bracket when it writes the text.
  IFD0: {
    Copyright: `${owner.Copyright} (ASCII)`,
    Artist: owner.Artist,
    ImageDescription: secret,
    Make: secret,
    Software: secret,
  },
  IFD2: { UserComment: secret, BodySerialNumber: secret },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${secret}"/></rdf:RDF></x:xmpmeta>`;
const loaded = () => gradientPicture(90, 60).withIccProfile('p3').withExif(exif).withXmp(xmp);
const both = { keepMetadata: ['copyright', 'artist'] };

/** A picture's first EXIF directory, read by an independent reader; undefined without EXIF. */
async function exifOf(data: Uint8Array) {
  const { exif: block } = await metadataOf(data);
  return block && exifReader(block);
}

const sources = {
  jpeg: () => loaded().jpeg().toBuffer(),
  png: () => loaded().png().toBuffer(),
  webp: () => loaded().webp().toBuffer(),
  tiff: async () =>
    plainTiff(
      90,
      60,
      { photometric: 2, bits: 8, samples: [9, 80, 200] },
      { 270: secret, 271: secret, 315: owner.Artist, 33432: owner.Copyright },
    ),
  avif: () => loaded().avif({ effort: 0 }).toBuffer(),
};

describe.each(['avif', 'webp', 'jpeg', 'png'])('a variant that keeps copyright and artist, as %s,', (format) => {
  test.each(Object.entries(sources))('keeps only these two of a %s', async (_name, source) => {
    const bytes = await source();
    expect(bytes.includes(secret)).toBe(true);
    const { data } = await renderOne(bytes, { format, ...both });
    const kept = await exifOf(data);
    expect(kept?.Image).toMatchObject(owner);
    for (const field of ['ImageDescription', 'Make', 'Software', 'GPSTag'] as const) {
      expect(kept?.Image?.[field], field).toBeUndefined();
    }
    expect(kept).not.toHaveProperty('GPSInfo');
    expect(kept).not.toHaveProperty('Thumbnail');
    expect(kept?.Photo).not.toHaveProperty('UserComment');
    expect((await metadataOf(data)).xmp?.toString()).toBe(
      writeXmp({ artist: owner.Artist, copyright: owner.Copyright }),
    );
    expect(await metadataOf(data)).not.toMatchObject({ iptc: expect.anything() });
    expect(await metadataOf(data)).not.toMatchObject({ icc: expect.anything() });
    expect(Buffer.from(data).includes('Secret')).toBe(false);
  });

  test('writes no EXIF and no XMP for a source that has neither', async () => {
    const bytes = await gradientPicture(90, 60)
      .withExif({ IFD0: { Make: secret } })
      .jpeg()
      .toBuffer();
    const { data } = await renderOne(bytes, { format, ...both });
    expect(await exifOf(data)).toBeUndefined();
    expect(await metadataOf(data)).not.toHaveProperty('xmp');
  });

  test('is not rotated twice, and has the same pixels as without the texts', async () => {
    const rotated = await cornerPicture(120, 60).withExif(exif).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const bytes = await sharp(rotated).keepExif().withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const made = await renderSet(bytes, variantSet({ format, quality: 95 }, { format, quality: 95, ...both }));
    const [plain, kept] = made.sort((a, b) => a.variant.name.localeCompare(b.variant.name));
    if (!plain || !kept) throw new Error('Expected two renditions.');
    expect((await exifOf(kept.data))?.Image?.Orientation).toBe(1);
    expect((await exifOf(kept.data))?.Image).toMatchObject(owner);
    const pixels = (data: Uint8Array) => sharp(data, { autoOrient: true }).raw().toBuffer();
    expect(await pixels(kept.data)).toEqual(await pixels(plain.data));
    const reader = await pixelReader(kept.data);
    expect([reader.width, reader.height]).toEqual([32, 64]);
    expect(colourDifference(reader.rgb(3, 3), cornerColours[2])).toBeLessThan(6);
  });
});

test('each text is kept independently, only in variants that request it', async () => {
  const set = variantSet({}, { keepMetadata: ['copyright'] }, { keepMetadata: ['artist'] });
  const made = await renderSet(await sources.jpeg(), set);
  const textsOf = async (name: string) => {
    const rendition = made.find(({ variant }) => variant.name === name);
    const image = (await exifOf(rendition?.data ?? Buffer.of()))?.Image;
    return [image?.Copyright, image?.Artist];
  };
  expect(await textsOf('v0')).toEqual([undefined, undefined]);
  expect(await textsOf('v1')).toEqual([owner.Copyright, undefined]);
  expect(await textsOf('v2')).toEqual([undefined, owner.Artist]);
});

test('an animation also keeps only these two', async () => {
  const frames = [10, 200].map((level) => ({ colour: [level, 9, 9] as const, delayMs: 50 }));
  const plain = await animation(40, 30, frames, 'webp');
  const source = await sharp(plain, { animated: true }).withExif(exif).withXmp(xmp).webp().toBuffer();
  const { data } = await renderOne(source, { format: 'webp', animated: true, ...both });
  expect(await metadataOf(data)).toMatchObject({ pages: 2 });
  expect((await exifOf(data))?.Image).toMatchObject(owner);
  expect(Buffer.from(data).includes('Secret')).toBe(false);
});

describe('damaged EXIF', () => {
  const jpegOf = async (block: Buffer) => {
    const jpeg = await gradientPicture(40, 30).jpeg().toBuffer();
    const head = Buffer.of(0xff, 0xe1, 0, 0);
    head.writeUInt16BE(block.length + 2, 2);
    return Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)]);
  };

  test('never causes a rendition to fail, wherever it is cut or changed', async () => {
    const block = (await metadataOf(await sources.jpeg())).exif ?? Buffer.of();
    const change = fc.record({ at: fc.nat(block.length - 1), value: fc.nat(255) });
    const damage = fc.record({
      length: fc.integer({ min: 6, max: block.length }),
      changes: fc.array(change, { maxLength: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ length, changes }) => {
        const broken = Buffer.from(block);
        for (const { at, value } of changes) broken.writeUInt8(value, at);
        const made = await renderOne(await jpegOf(broken.subarray(0, length)), { format: 'jpeg', ...both });
        // The change may affect the orientation.
        expect([made.width, made.height].toSorted()).toEqual([30, 40]);
      }),
      { numRuns: 200 },
    );
  });

  test('of the maximum size that repeats itself is read fast', async () => {
    const block = Buffer.alloc(65_000);
    block.write('Exif\0\0II*\0\x08\0\0\0', 'latin1');
    block.writeUInt16LE(0xffff, 14);
    for (let entry = 16; entry + 12 <= block.length; entry += 12) {
      block.writeUInt16LE(33_432, entry);
      block.writeUInt16LE(2, entry + 2);
      block.writeUInt32LE(0xffff_ffff, entry + 4);
    }
    const read = () => expect(readExifTexts(block).copyright?.length).toBe(256);
    expect(leastThreadCpuMs(read, 200)).toBeLessThan(200);
    expect((await renderOne(await jpegOf(block), { format: 'jpeg', ...both })).width).toBe(40);
  });
});
