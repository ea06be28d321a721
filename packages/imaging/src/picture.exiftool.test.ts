import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RenderedVariant } from './index.ts';
import { gradientPicture } from './test-support/pictures.ts';
import { renderSet, variantSet } from './test-support/render.ts';

const exiftool = async (...args: string[]) => (await promisify(execFile)('exiftool', args)).stdout;

const version = await exiftool('-ver').catch(() => undefined);
if (!version)
  console.warn('exiftool is missing: marks of origin are not checked with it. `pnpm test:exiftool` installs it.');

const origin = {
  'XMP-iptcExt:DigitalSourceType':
    'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia',
};
const texts = { 'XMP-dc:Creator': 'Zoë Żak', 'XMP-dc:Rights': '© 2026 山田太郎', 'XMP-photoshop:Credit': 'A & B <c>' };
const inExif = { 'IFD0:Artist': 'Zoe Zak', 'IFD0:Copyright': '(C) 2026 ????' };
/** Metadata that no rendition keeps. */
const others = {
  GPSLatitude: '51.508',
  GPSLatitudeRef: 'N',
  'XMP-exif:GPSLongitude': '0.12',
  'IPTC:City': 'Secret',
  'XMP-photoshop:City': 'Secret',
  'EXIF:SerialNumber': 'Secret',
};

const formats = ['avif', 'webp', 'jpeg', 'png'] as const;
const sources = {
  'XMP of a JPEG': ['jpg', { ...texts, ...origin, ...others }],
  'XMP of a PNG': ['png', { ...texts, ...origin }],
  'XMP of a WebP': ['webp', { ...texts, ...origin }],
  'XMP of an AVIF': ['avif', { ...texts, ...origin }],
  'XMP of a TIFF': ['tif', { ...texts, ...origin, 'XMP-photoshop:City': 'Secret' }],
  'IPTC of a JPEG': [
    'jpg',
    {
      'IPTC:CodedCharacterSet': 'UTF8',
      'IPTC:By-line': texts['XMP-dc:Creator'],
      'IPTC:CopyrightNotice': texts['XMP-dc:Rights'],
      'IPTC:Credit': texts['XMP-photoshop:Credit'],
      ...origin,
      ...others,
    },
  ],
} as const;

const structure =
  /:(XMPToolkit|ExifVersion|FlashpixVersion|ColorSpace|ComponentsConfiguration|YCbCrPositioning|Orientation|[XY]Resolution|ResolutionUnit|ExifImage.*)$/;

/** What is in the files besides pixels and structure, in their order. */
async function metadataOf(paths: readonly string[]): Promise<Record<string, unknown>[]> {
  const files = JSON.parse(await exiftool('-json', '-G1', '-struct', ...paths)) as Record<string, unknown>[];
  return files.map((tags) =>
    Object.fromEntries(
      Object.entries(tags).filter(
        ([name]) => /^(XMP|IPTC|IFD|ExifIFD|GPS|Photoshop|JUMBF|ICC)/.test(name) && !structure.test(name),
      ),
    ),
  );
}

interface Read {
  readonly rendered: readonly RenderedVariant[];
  readonly found: readonly Record<string, unknown>[];
}

describe.skipIf(!version)('as exiftool reads a rendition of a source with', () => {
  let folder = '';
  const read = new Map<string, Read>();
  /** One exiftool for all sources, another for all renditions: a start takes 0.25 s of CPU. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagemill-exiftool-'));
    const made = Object.entries(sources).map(([name, [extension, tags]], index) => {
      return { name, tags, path: join(folder, `${index}.${extension}`) };
    });
    for (const { path } of made) await gradientPicture(40, 30).toFile(path);
    const writes = made.map(({ tags, path }) => {
      const written = Object.entries(tags).map(([tag, value]) => `-${tag}=${value}`);
      return ['-q', '-overwrite_original', '-charset', 'utf8', '-n', ...written, path];
    });
    await exiftool(...writes.flatMap((args) => [...args, '-execute']));
    const entries = formats.flatMap((format) => [
      { name: 'plain', format },
      { name: 'credited', format, keepMetadata: ['artist', 'copyright', 'credit'] },
    ]);
    const all = [];
    for (const { name, path } of made) {
      const rendered = await renderSet(await readFile(path), variantSet(...entries));
      const paths = rendered.map(({ variant }) => `${path}-${variant.name}.${variant.format}`);
      await Promise.all(rendered.map(({ data }, index) => writeFile(paths[index] ?? '', data)));
      all.push({ name, rendered, paths });
    }
    const found = await metadataOf(all.flatMap(({ paths }) => paths));
    for (const { name, rendered } of all) read.set(name, { rendered, found: found.splice(0, rendered.length) });
    expect(found).toEqual([]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.keys(sources))('%s, it has exactly the kept marks, in Unicode', (name) => {
    const { rendered = [], found = [] } = read.get(name) ?? {};
    expect(rendered).toHaveLength(2 * formats.length);
    for (const [index, { variant }] of rendered.entries()) {
      const kept = variant.keepMetadata ? { ...texts, 'XMP-dc:Creator': [texts['XMP-dc:Creator']], ...inExif } : {};
      // exiftool prints the code's name.
      const type = { 'XMP-iptcExt:DigitalSourceType': expect.stringMatching(/composite/i) };
      expect(found[index], `${variant.name} ${variant.format}`).toEqual({ ...kept, ...type });
    }
  });
});
